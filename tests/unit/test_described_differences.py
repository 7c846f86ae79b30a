"""What people are shown of a difference says where it lies."""

from optimizer.domain.evidence import Reason
from optimizer.languages.runners.canonical import Encoder
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.verify import described


def _returned(arguments: list[object], result: object) -> Outcome:
    encoder = Encoder()  # type: ignore[no-untyped-call]  # of the sandbox
    return Outcome(OutcomeKind.RETURNED, encoder.encode([arguments, {}]), encoder.encode(result))  # type: ignore[no-untyped-call]


def test_a_result_that_is_the_argument_itself_is_told_from_a_copy_of_it() -> None:
    xs = [1]
    expected, actual = described(_returned([xs], xs), _returned([xs], list(xs)), Reason.DIFFERENT_ARGUMENTS)
    assert expected == "result: <object 2 again>"
    assert actual == "result: [1]"


def test_changed_arguments_are_shown_as_they_were_left() -> None:
    expected, actual = described(
        _returned([[1, 2]], None), _returned([[2, 1]], None), Reason.DIFFERENT_ARGUMENTS
    )
    assert (expected, actual) == ("[[[1, 2]], {}]", "[[[2, 1]], {}]")
