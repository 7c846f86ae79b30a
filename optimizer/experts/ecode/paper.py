"""`ecode-paper`: the model of arXiv 2408.12948 as it is described there, about 404.6M parameters.

Five BERT-tiny encoders, a randomly initialised BERT that integrates their states, a projection, GPT-Neo for
the code; a second GPT-Neo reads what is written so far, one multi-head attention joins the two, and a third
writes. There is no residual, no norm and no mask around that attention: so it is in the paper, and otherwise
in modeling.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertModel,
    GenerationMixin,
    GPTNeoConfig,
    GPTNeoForCausalLM,
    GPTNeoModel,
    PreTrainedModel,
)
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput

from optimizer.experts.ecode.configuration import EcodePaperConfig
from optimizer.experts.ecode.shifting import shifted


class EcodePaperPreTrainedModel(PreTrainedModel):
    config: EcodePaperConfig
    config_class = EcodePaperConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    _supports_sdpa = True


class EcodePaperEncoder(EcodePaperPreTrainedModel):
    """The expert encoder group, its integration, and the code's encoder."""

    def __init__(self, config: EcodePaperConfig) -> None:
        super().__init__(config)
        text = _bert(config, config.num_field_layers, config.max_field_positions)
        integration = _bert(config, config.num_integration_layers, config.max_integration_positions)
        self.experts = nn.ModuleDict({name: BertModel(text) for name in config.fields})
        self.integration = BertModel(integration)
        self.project = nn.Linear(config.d_field, config.d_model)
        self.code = GPTNeoModel(_gpt(config))
        self.post_init()

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        field_ids: Tensor | None = None,
        field_mask: Tensor | None = None,
        **_: Any,
    ) -> BaseModelOutput:
        """input_ids (B, S) of the code's tokenizer, field_ids (B, F, L) of the text's -> (B, F·L + S, D)."""
        states = self.code(input_ids, attention_mask=attention_mask).last_hidden_state
        if field_ids is None or not self.config.fields:
            return BaseModelOutput(last_hidden_state=states)
        read = [
            expert(field_ids[:, number], attention_mask=None if field_mask is None else field_mask[:, number])
            for number, expert in enumerate(self.experts.values())
        ]
        together = torch.cat([each.last_hidden_state for each in read], dim=1)
        mask = None if field_mask is None else field_mask.flatten(1)
        fields = self.integration(inputs_embeds=together, attention_mask=mask).last_hidden_state
        return BaseModelOutput(last_hidden_state=torch.cat((self.project(fields), states), dim=1))


class EcodePaperForConditionalGeneration(EcodePaperPreTrainedModel, GenerationMixin):
    """Inputs as of `EcodePaperEncoder`."""

    _tied_weights_keys = {"writer.lm_head.weight": "writer.transformer.wte.weight"}  # noqa: RUF012  # as its base

    def __init__(self, config: EcodePaperConfig) -> None:
        super().__init__(config)
        self.encoder = EcodePaperEncoder(config)
        self.reader = GPTNeoModel(_gpt(config))
        self.across = nn.MultiheadAttention(
            config.d_model, config.num_attention_heads_across, batch_first=True
        )
        self.writer = GPTNeoForCausalLM(_gpt(config))
        self.post_init()

    def get_encoder(self, *_: Any, **__: Any) -> EcodePaperEncoder:
        return self.encoder

    def get_input_embeddings(self) -> nn.Module:
        return self.reader.get_input_embeddings()

    def get_output_embeddings(self) -> nn.Module:
        return self.writer.get_output_embeddings()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        field_ids: Tensor | None = None,
        field_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        encoder_outputs: BaseModelOutput | None = None,
        cache: EncoderDecoderCache | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        **_: Any,
    ) -> Seq2SeqLMOutput:
        """Cross-entropy over labels (B, T), -100 where nothing is asked; logits (B, T, vocabulary)."""
        if encoder_outputs is None:
            assert input_ids is not None
            encoder_outputs = self.encoder(input_ids, attention_mask, field_ids, field_mask)
        if decoder_input_ids is None:
            assert labels is not None
            decoder_input_ids = self.prepare_decoder_input_ids_from_labels(labels)
        if use_cache and cache is None and labels is None:
            cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        # Two stacks decode, so the pair of caches holds one for each; nothing of the memory is in it.
        first = cache.self_attention_cache if cache is not None else None
        second = cache.cross_attention_cache if cache is not None else None
        memory = encoder_outputs.last_hidden_state
        read = self.reader(decoder_input_ids, cache=first, use_cache=cache is not None).last_hidden_state
        joined, _weights = self.across(read, memory, memory, need_weights=False)
        written = self.writer(inputs_embeds=joined, cache=second, use_cache=cache is not None)
        output = Seq2SeqLMOutput(logits=written.logits, cache=cache, encoder_last_hidden_state=memory)
        if labels is not None:
            output["loss"] = nn.functional.cross_entropy(written.logits.flatten(0, 1), labels.flatten())
        return output

    def prepare_decoder_input_ids_from_labels(self, labels: Tensor) -> Tensor:
        return shifted(labels, self.config)


def load_public_parts(
    model: EcodePaperForConditionalGeneration,
    text: str = "prajjwal1/bert-tiny",
    code: str = "EleutherAI/gpt-neo-125m",
    load: Callable[[str, type[PreTrainedModel]], Mapping[str, Tensor]] | None = None,
) -> None:
    """Puts the public weights that the paper begins with into the experts and the three GPT-Neos.

    `text`, `code`: names on a hub, or folders. Raises OSError where they are not to be had, RuntimeError for
    other shapes."""
    weights = load or _public
    bert, neo = weights(text, BertModel), weights(code, GPTNeoModel)
    for expert in model.encoder.experts.values():
        expert.load_state_dict(bert)
    for stack in (model.encoder.code, model.reader, model.writer.transformer):
        stack.load_state_dict(neo)
    model.tie_weights()


def _public(name: str, kind: type[PreTrainedModel]) -> Mapping[str, Tensor]:
    return kind.from_pretrained(name).state_dict()


def _bert(config: EcodePaperConfig, layers: int, positions: int) -> BertConfig:
    return BertConfig(
        vocab_size=config.text_vocab_size,
        hidden_size=config.d_field,
        num_hidden_layers=layers,
        num_attention_heads=config.num_field_heads,
        intermediate_size=config.d_field_ff,
        max_position_embeddings=positions,
    )


def _gpt(config: EcodePaperConfig) -> GPTNeoConfig:
    return GPTNeoConfig(
        vocab_size=config.vocab_size,
        hidden_size=config.d_model,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        attention_types=[[["global", "local"], config.num_layers // 2]],
        max_position_embeddings=config.max_position_embeddings,
        bos_token_id=config.bos_token_id,
        eos_token_id=config.eos_token_id,
    )
