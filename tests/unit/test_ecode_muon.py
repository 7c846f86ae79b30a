"""Muon, beside the one that comes with torch."""

import pytest
import torch
from torch import nn

from optimizer.experts.ecode.muon import Muon, orthogonal

SHAPES = [(40, 24), (24, 40), (16, 16)]


@pytest.mark.parametrize("shape", SHAPES)
def test_it_goes_where_that_of_torch_goes_but_for_the_precision(shape: tuple[int, int]) -> None:
    random = torch.Generator().manual_seed(1)
    start = torch.randn(shape, generator=random)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    one = Muon([ours], 0.01, 0.1)
    other = torch.optim.Muon([theirs], 0.01, 0.1, adjust_lr_fn="match_rms_adamw")
    for _ in range(5):
        ours.grad = torch.randn(shape, generator=random)
        theirs.grad = ours.grad.clone()
        one.step()
        other.step()  # type: ignore[no-untyped-call]  # torch does not say
    moved = (ours - start).abs().max()
    assert (ours - theirs).abs().max() < 0.02 * moved


@pytest.mark.parametrize("shape", SHAPES)
def test_all_directions_of_a_step_are_about_as_long(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    lengths = torch.linalg.svdvals(orthogonal(matrix))
    assert lengths.min() > 0.6 and lengths.max() < 1.3


def test_a_matrix_without_a_gradient_stays() -> None:
    weight = nn.Parameter(torch.ones(2, 2))
    Muon([weight], 0.1, 0.1).step()
    assert torch.equal(weight, torch.ones(2, 2))
