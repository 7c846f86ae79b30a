"""Experts in a feed-forward layer, behind a noisy top-k gate (arXiv 1701.06538, section 4 and appendix A)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from optimizer.experts.ecode.layers import FeedForward


class NoisyTopKGate(nn.Module):
    """For each token the weights of its k experts: softmax(keep-top-k(x·Wg + noise·softplus(x·Wn)))."""

    def __init__(self, width: int, experts: int, k: int) -> None:
        super().__init__()
        self.k = min(k, experts)
        self.clean = nn.Linear(width, experts, bias=False)
        self.noise = nn.Linear(width, experts, bias=False)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """tokens (N, D) -> weights (N, experts), zero but for k, and the loss of their balance, a scalar."""
        clean = self.clean(tokens).float()
        spread = functional.softplus(self.noise(tokens).float()) + 1e-2
        noisy = clean + torch.randn_like(clean) * spread if self.training else clean
        top, chosen = noisy.topk(min(self.k + 1, noisy.shape[-1]), dim=-1)
        weights = torch.zeros_like(noisy).scatter(-1, chosen[:, : self.k], top[:, : self.k].softmax(dim=-1))
        if not self.training:
            return weights, noisy.new_zeros(())
        return weights, _variation(weights.sum(0)) + _variation(self._load(clean, noisy, spread, top))

    def _load(self, clean: Tensor, noisy: Tensor, spread: Tensor, top: Tensor) -> Tensor:
        """(experts,): how many tokens each would get if its noise were drawn again, which has a gradient."""
        if top.shape[-1] <= self.k:  # every expert gets every token
            return clean.new_ones(clean.shape[-1])
        with_it, without = top[:, self.k, None], top[:, self.k - 1, None]
        threshold = torch.where(noisy > with_it, with_it, without)  # the k-th best of the others
        chance = torch.special.ndtr((clean - threshold) / spread)
        return chance.sum(0)


def _variation(amounts: Tensor) -> Tensor:
    """The squared coefficient of variation."""
    return amounts.var(unbiased=False) / (amounts.mean().square() + 1e-10)


class ExpertFeedForward(nn.Module):
    """Several feed-forward networks, of which each token uses k."""

    def __init__(self, width: int, hidden: int, experts: int, k: int) -> None:
        super().__init__()
        self.gate = NoisyTopKGate(width, experts, k)
        self.experts = nn.ModuleList(FeedForward(width, hidden) for _ in range(experts))

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """states (B, T, D) -> the same, the loss of the balance, and the weights (B, T, experts)."""
        tokens = states.flatten(0, -2)
        weights, loss = self.gate(tokens)
        out = torch.zeros_like(tokens)
        for number, expert in enumerate(self.experts):
            (rows,) = torch.where(weights[:, number] > 0)
            share = weights[rows, number, None].to(tokens.dtype)
            out = out.index_add(0, rows, expert(tokens[rows]) * share)
        return out.view_as(states), loss, weights.unflatten(0, states.shape[:-1])
