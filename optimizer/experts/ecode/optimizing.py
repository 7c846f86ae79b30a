"""Which optimiser changes which weights: Muon those of hidden layers, AdamW all others."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from torch import nn
from torch.optim import AdamW, Optimizer

from optimizer.experts.ecode.muon import Muon
from optimizer.experts.ecode.plan import Plan

_SMALL = 16  # rows or columns: of so few, all directions being equal says little


class MuonAndAdamW(Optimizer):
    """Two optimisers as one, with one learning rate. Embeddings, gates, norms and vectors are AdamW's."""

    def __init__(self, model: nn.Module, learning_rate: float, weight_decay: float) -> None:
        tables = {id(part.weight) for part in model.modules() if isinstance(part, nn.Embedding)}
        matrices = [each for each in model.parameters() if _is_hidden(each) and id(each) not in tables]
        taken = {id(each) for each in matrices}
        others = [each for each in model.parameters() if id(each) not in taken]
        self._parts: tuple[Optimizer, ...] = (
            Muon(matrices, learning_rate, weight_decay),
            AdamW(others, learning_rate, weight_decay=0.0),
        )
        super().__init__(chain.from_iterable(part.param_groups for part in self._parts), {})

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        assert closure is None, "the gradients are there when a step is asked for"
        for part in self._parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self._parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """The groups are other objects afterwards, and a schedule has to find those that count."""
        for part, state in zip(self._parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = [group for part in self._parts for group in part.param_groups]


def optimiser(model: nn.Module, plan: Plan) -> Optimizer | None:
    """None: the trainer's own, AdamW for all."""
    return MuonAndAdamW(model, plan.learning_rate, plan.weight_decay) if plan.optimizer == "muon" else None


def _is_hidden(weight: nn.Parameter) -> bool:
    return weight.ndim == 2 and min(weight.shape) >= _SMALL
