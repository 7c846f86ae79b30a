"""Publishes an accepted variant: a branch whose tests pass exactly as they did before."""

from optimizer.domain.results import FunctionResult
from optimizer.engine import Engine
from optimizer.stages.checkout import Checkout
from optimizer.stages.target import TargetUnderTest


def publish(
    result: FunctionResult, checkout: Checkout, target: TargetUnderTest, engine: Engine
) -> FunctionResult:
    return result
