"""Shapes of the two presets, as Transformers configurations: saved and loaded with the weights."""

from typing import Any

from huggingface_hub.dataclasses import strict
from transformers import PreTrainedConfig

from optimizer.experts.ecode.fields import NAMES

LANGUAGES = ("python", "cpp", "java", "javascript")


@strict
class EcodeConfig(PreTrainedConfig):
    """`ecode-small`: an encoder for each field, one for the code, and a decoder of language experts."""

    model_type = "ecode"

    vocab_size: int = 4096
    fields: tuple[str, ...] | list[str] = NAMES  # one expert encoder each, in this order
    inline_fields: tuple[str, ...] | list[str] = ()  # fields that the code's encoder reads, before the code
    plain: bool = False  # without encoders: one stack reads the code and then writes
    d_model: int = 192  # of the code's encoder and the decoder
    num_heads: int = 4
    num_layers: int = 4
    num_decoder_layers: int = 4
    d_ff: int = 512
    d_field: int = 96  # of the expert encoders
    num_field_heads: int = 2
    num_field_layers: int = 2
    num_integration_layers: int = 2
    num_experts: int = 4  # in each of the decoder's feed-forward layers; 1: a plain layer without a gate
    experts_per_token: int = 2
    d_expert: int = 256
    gate_loss: float = 0.01  # weight of importance and of load
    copies: bool = True  # whether the decoder may point at tokens of its input
    dropout_rate: float = 0.0  # each example is seen once or twice; a quarter of the time went into it
    rope_theta: float = 10_000.0
    initializer_range: float = 0.02
    max_fields_length: int = 96  # tokens of one field
    max_length_code: int = 768  # tokens of the code with its context and the names of its lines
    is_encoder_decoder: bool = True
    use_cache: bool = True
    tie_word_embeddings: bool = True
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    decoder_start_token_id: int | None = 1

    def __post_init__(self, **kwargs: Any) -> None:
        self.fields, self.inline_fields = tuple(self.fields), tuple(self.inline_fields)
        super().__post_init__(**kwargs)

    @property
    def num_hidden_layers(self) -> int:
        """What Transformers' caches ask for: the layers, and one for the tokens themselves (see `_runs`)."""
        return self.num_decoder_layers + 1


@strict
class EcodePaperConfig(PreTrainedConfig):
    """`ecode-paper`: the shapes of arXiv 2408.12948, section 3, to the dimension."""

    model_type = "ecode-paper"

    fields: tuple[str, ...] | list[str] = NAMES
    text_vocab_size: int = 30_522  # of BERT-tiny
    d_field: int = 128
    num_field_layers: int = 2
    num_field_heads: int = 2
    d_field_ff: int = 512
    max_field_positions: int = 512
    max_integration_positions: int = 2048
    num_integration_layers: int = 2
    vocab_size: int = 50_257  # of GPT-Neo-125M
    d_model: int = 768
    num_layers: int = 12
    num_heads: int = 12
    num_attention_heads_across: int = 48  # between the decoder's states and what was encoded
    max_position_embeddings: int = 2048
    is_encoder_decoder: bool = True
    use_cache: bool = True
    tie_word_embeddings: bool = True
    pad_token_id: int | None = 50_256
    bos_token_id: int | None = 50_256
    eos_token_id: int | list[int] | None = 50_256
    decoder_start_token_id: int | None = 50_256

    def __post_init__(self, **kwargs: Any) -> None:
        self.fields = tuple(self.fields)
        super().__post_init__(**kwargs)

    @property
    def num_hidden_layers(self) -> int:
        """What Transformers' caches ask for."""
        return self.num_layers
