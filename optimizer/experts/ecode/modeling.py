"""`ecode-small`: expert encoders for fields and code, and a decoder of language experts that copies.

    fields ─ an encoder each ─ integration ─ projection ─┐
    code ─────────────── encoder ────────────────────────┴─ memory ─ decoder ─ vocabulary + pointer

What differs from the paper's model (paper.py): masks everywhere, so that a missing field says nothing;
residuals and norms around the cross-attention; one stack that decodes in place of two; rotary positions.
F: fields, L: tokens of a field, S: tokens of code, M: of both, at most F·L + S, T: tokens that are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import GenerationMixin, PreTrainedModel
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import Seq2SeqLMOutput

from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.copying import CopyHead, Memory, beside, followed, repeated
from optimizer.experts.ecode.gate import ExpertFeedForward
from optimizer.experts.ecode.layers import Attention, Encoder, FeedForward
from optimizer.experts.ecode.plain import behind
from optimizer.experts.ecode.shifting import shifted


@dataclass
class EcodeOutput(Seq2SeqLMOutput):
    """`gates`: the experts' weights, a tensor (B, T, experts) for each layer of the decoder."""

    gates: tuple[Tensor, ...] | None = None


class EcodePreTrainedModel(PreTrainedModel):
    config: EcodeConfig
    config_class = EcodeConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = False
    accepts_loss_kwargs = False  # its loss is a mean already, whatever else Trainer knows of the batch
    _supports_sdpa = True


class EcodeEncoder(EcodePreTrainedModel):
    """The group of expert encoders and the code's own."""

    def __init__(self, config: EcodeConfig) -> None:
        super().__init__(config)
        theta, dropout, narrow = config.rope_theta, config.dropout_rate, config.d_field
        self.embed_tokens = nn.Embedding(config.vocab_size, config.d_model, config.pad_token_id)
        self.narrow = nn.Linear(config.d_model, narrow, bias=False)
        self.experts = nn.ModuleDict(
            {
                name: Encoder(
                    config.num_field_layers, narrow, config.num_field_heads, 4 * narrow, theta, dropout
                )
                for name in config.fields
            }
        )
        self.kinds = nn.Embedding(len(config.fields) or 1, narrow)  # which field a state is of
        self.integration = Encoder(
            config.num_integration_layers, narrow, config.num_field_heads, 4 * narrow, theta, dropout
        )
        self.widen = nn.Linear(narrow, config.d_model, bias=False)
        self.widened = nn.RMSNorm(config.d_model)
        layers = 0 if config.plain else config.num_layers
        self.code = Encoder(layers, config.d_model, config.num_heads, config.d_ff, theta, dropout)
        self.dropout = nn.Dropout(dropout)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.embed_tokens

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        field_ids: Tensor | None = None,
        field_mask: Tensor | None = None,
        **_: Any,
    ) -> Memory:
        """input_ids (B, S), field_ids (B, F, L), the masks likewise: 1 for tokens. Padding is right."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        mask = mask.bool()
        states = self.dropout(self.embed_tokens(input_ids))
        states = states if self.config.plain else self.code(states, mask)
        if field_ids is None or not self.config.fields:
            return Memory(last_hidden_state=states, mask=mask, ids=input_ids)
        seen = (torch.ones_like(field_ids) if field_mask is None else field_mask).bool()
        ids, told = _trimmed(field_ids, seen)
        fields = self._fields(ids, told)
        return Memory(
            last_hidden_state=torch.cat((fields, states), dim=1),
            mask=torch.cat((*told, mask), dim=1),
            ids=torch.cat((*ids, input_ids), dim=1),
        )

    def _fields(self, ids: Sequence[Tensor], masks: Sequence[Tensor]) -> Tensor:
        """(B, L) of each field -> (B, sum of L, D): each by its own expert, then all of them together."""
        read = [
            expert(self.narrow(self.dropout(self.embed_tokens(one))), mask) + self.kinds.weight[number]
            for number, (expert, one, mask) in enumerate(zip(self.experts.values(), ids, masks, strict=True))
        ]
        together = self.integration(torch.cat(read, dim=1), torch.cat(tuple(masks), dim=1))
        return self.widened(self.widen(together))


def _trimmed(ids: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """(B, F, L) -> F of (B, up to L): each field as wide as its longest one, one token at least. Most are
    short, and some are missing in all rows."""
    widths = [max(1, int(width)) for width in mask.sum(-1).amax(0)]
    return (
        [ids[:, number, :width] for number, width in enumerate(widths)],
        [mask[:, number, :width] for number, width in enumerate(widths)],
    )


class DecoderLayer(nn.Module):
    def __init__(self, config: EcodeConfig, layer: int) -> None:
        super().__init__()
        width, heads = config.d_model, config.num_heads
        self.attention = Attention(width, heads, config.rope_theta, config.dropout_rate, layer)
        self.across = (
            None if config.plain else Attention(width, heads, config.rope_theta, config.dropout_rate, layer)
        )
        self.feed_forward: ExpertFeedForward | FeedForward
        if config.num_experts > 1:
            self.feed_forward = ExpertFeedForward(
                width, config.d_expert, config.num_experts, config.experts_per_token
            )
        else:  # as many parameters as all experts together
            self.feed_forward = FeedForward(width, config.d_expert * 4)
        self.norms = nn.ModuleList(nn.RMSNorm(width) for _ in range(3))
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(
        self, states: Tensor, memory: Tensor, mask: Tensor, cache: EncoderDecoderCache | None
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """The states, the loss of the gate and its weights; mask (B, 1, 1, M), or (B, 1, T, S) of the
        decoder's own positions where that reads alone."""
        own = mask if self.across is None else None
        found = self.attention.to_itself(self.norms[0](states), own, causal=own is None, cache=cache)
        states = states + self.dropout(found)
        if self.across is not None:
            looks = beside(memory, self.norms[1](states))
            found = self.across.to_memory(looks, memory, mask, cache)
            states = states + self.dropout(found.view_as(states))
        found = self.feed_forward(self.norms[2](states))
        if isinstance(found, Tensor):
            return states + self.dropout(found), None, None
        made, loss, weights = found
        return states + self.dropout(made), loss, weights


class EcodeForConditionalGeneration(EcodePreTrainedModel, GenerationMixin):
    """Rewrites a function. Inputs as of `EcodeEncoder`; the first token written names the language."""

    _tied_weights_keys = {"lm_head.weight": "encoder.embed_tokens.weight"}  # noqa: RUF012  # as its base has it

    def __init__(self, config: EcodeConfig) -> None:
        super().__init__(config)
        self.encoder = EcodeEncoder(config)
        self.layers = nn.ModuleList(
            DecoderLayer(config, number) for number in range(config.num_decoder_layers)
        )
        self.norm = nn.RMSNorm(config.d_model)
        self.dropout = nn.Dropout(config.dropout_rate)
        self.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.copy_head = CopyHead(config.d_model) if config.copies else None
        self.post_init()

    def get_encoder(self, *_: Any, **__: Any) -> EcodeEncoder:
        return self.encoder

    def get_input_embeddings(self) -> nn.Module:
        return self.encoder.embed_tokens

    def get_output_embeddings(self) -> nn.Module:
        return self.lm_head

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        field_ids: Tensor | None = None,
        field_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        encoder_outputs: Memory | None = None,
        cache: EncoderDecoderCache | None = None,
        labels: Tensor | None = None,
        weights: Tensor | None = None,
        use_cache: bool | None = None,
        **_: Any,
    ) -> EcodeOutput:
        """K rows of the decoder (B * K, T) may look at one row of what was read.

        With labels (B, T), -100 where nothing is asked: their loss, rows weighted by `weights` (B,), and
        no logits. Without: as logits the log probabilities (B, T, vocabulary)."""
        memory = encoder_outputs
        if memory is None:
            assert input_ids is not None
            memory = self.encoder(input_ids, attention_mask, field_ids, field_mask)
        if decoder_input_ids is None:
            assert labels is not None
            decoder_input_ids = shifted(labels, self.config)
        if use_cache and cache is None and labels is None:
            cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        cache = cache if labels is None else None
        runs = self._runs(decoder_input_ids, memory, cache)
        states, balance, gates = self._decoded(decoder_input_ids, memory, runs, cache)
        output = EcodeOutput(cache=cache, encoder_last_hidden_state=memory.last_hidden_state, gates=gates)
        if labels is None:
            output["logits"] = self._log_chances(states, memory, runs, cache)
        else:
            loss = self._loss(states, memory, runs, labels, weights)
            output["loss"] = loss + self.config.gate_loss * balance
        return output

    def prepare_decoder_input_ids_from_labels(self, labels: Tensor) -> Tensor:
        return shifted(labels, self.config)

    def _runs(self, ids: Tensor, memory: Memory, cache: EncoderDecoderCache | None) -> Tensor | None:
        """(4, B, K * T, M), see `followed`. The tokens before are in the cache, as if one more layer."""
        if self.copy_head is None:
            return None
        new, layer = ids.shape[1], len(self.layers)
        if cache is not None:
            kept = ids[:, None, :, None]
            ids = cache.self_attention_cache.update(kept, kept, layer)[0][:, 0, :, 0]
        return followed(ids[:, -new - 3 :], memory, new)

    def _decoded(
        self, ids: Tensor, memory: Memory, runs: Tensor | None, cache: EncoderDecoderCache | None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        states = self.encoder.embed_tokens(ids)
        if self.copy_head is not None and runs is not None:
            states = states + self.copy_head.read(memory, runs).view_as(states)
        states, new, mask = self.dropout(states), states.shape[1], memory.mask[:, None, None, :]
        if self.config.plain:
            memory = repeated(memory, len(states) // len(memory.ids))
            states, mask = behind(states, memory, cache.get_seq_length() if cache is not None else 0)
        balance, gates = states.new_zeros(()), []
        for layer in self.layers:
            states, loss, weights = layer(states, memory.last_hidden_state, mask, cache)
            if weights is not None:
                balance = balance + loss
                gates.append(weights)
        return self.norm(states[:, -new:]), balance, tuple(gates)

    def _log_chances(
        self, states: Tensor, memory: Memory, runs: Tensor | None, cache: EncoderDecoderCache | None
    ) -> Tensor:
        logits: Tensor = self.lm_head(states)
        if self.copy_head is None or runs is None:
            return logits
        looks, made = beside(memory.ids, states), beside(memory.ids, logits)
        keys = self._keys(self.copy_head, memory, cache)
        return self.copy_head.log_chances(looks, made, memory, runs, keys).view_as(logits)

    def _keys(self, head: CopyHead, memory: Memory, cache: EncoderDecoderCache | None) -> Tensor:
        """Of the pointer: computed once for a cache, where they stand as if in one more layer."""
        if cache is None:
            return head.keys(memory)
        layer = len(self.layers)
        if not cache.is_updated.get(layer):
            keys = head.keys(memory)[:, None]
            cache.cross_attention_cache.update(keys, keys, layer)
            cache.is_updated[layer] = True
        held: Any = cache.cross_attention_cache.layers[layer]
        found: Tensor = held.keys[:, 0]
        return found

    def _loss(
        self, states: Tensor, memory: Memory, runs: Tensor | None, labels: Tensor, weights: Tensor | None
    ) -> Tensor:
        """Cross-entropy, the weighted mean over the labels that are asked for."""
        asked = (labels >= 0).float() * (1.0 if weights is None else weights[:, None])
        logits, labels = self.lm_head(states), labels.clamp(min=0)
        if self.copy_head is None or runs is None:
            found = logits.float().log_softmax(-1).gather(-1, labels[..., None])[..., 0]
        else:
            found = self.copy_head.log_chance_of(labels, states, logits, memory, runs)
        return -(found * asked).sum() / asked.sum().clamp(min=1e-6)
