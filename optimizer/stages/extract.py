"""The functions of a commit, and those among them that end without being run."""

from collections.abc import Callable, Iterator, Sequence, Set

from optimizer import vcs
from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.checkouts import Checkout
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind, Unparsed
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.languages import language_of
from optimizer.ports import BatchExpert, Expert
from optimizer.stages.checkout import choose_sources
from optimizer.stages.imported import imported_sources
from optimizer.stages.route import wanted_function

_AT_ONCE = 64  # functions whose files are in memory together, and that a model is asked about at once


def extract_functions(checkout: Checkout, settings: Settings, note: Callable[[str], None]) -> list[Function]:
    """Every function outside of the tests; `note` is told of files that were skipped."""
    files = vcs.tracked_files(checkout)
    paths, large = choose_sources(files, (".py",), settings.include, settings.exclude)
    functions: list[Function] = []
    skipped: list[Unparsed] = list(large)
    for path in paths:
        language = language_of(path)
        if language is not None and not language.is_test(path):
            found = language.extract(path, vcs.read_blob(checkout, path))
            skipped += [found] if isinstance(found, Unparsed) else []
            functions += [] if isinstance(found, Unparsed) else found
    for file in skipped:
        note(f"skipped {file.path}: {file.reason}")
    return functions


def proposal_request(function: Function, checkout: Checkout, packages: frozenset[str]) -> ProposalRequest:
    """What experts are told of a function, but for its inputs."""
    module = vcs.read_blob(checkout, function.path).decode("utf-8", "replace")
    imported = imported_sources(checkout, function.path, module)
    return ProposalRequest(function, module, packages, imported=imported)


def review_decision(function: Function, held: Set[tuple[str, str]]) -> Decision | None:
    """`held`: see `Store.under_review`. A second patch of the same text would be in the first one's way."""
    if (function.label, function.content_hash) in held:
        return Decision(Stage.ROUTE, Reason.UNDER_REVIEW)
    return None


def early_decisions(
    functions: Sequence[Function],
    first: Callable[[Function], Decision | None],
    request: Callable[[Function], ProposalRequest],
    settings: Settings,
    experts: Sequence[Expert],
) -> Iterator[tuple[Function, Decision | None]]:
    """Why each function ends here; None where it is worth running. `first`: what the caller knows already."""
    for start in range(0, len(functions), _AT_ONCE):
        part = functions[start : start + _AT_ONCE]
        found = [first(function) or _unwanted(function, settings) for function in part]
        requests = [request(function) for function, end in zip(part, found, strict=True) if end is None]
        worth = iter(_worth_running(requests, experts))
        for function, end in zip(part, found, strict=True):
            nothing = end is None and not next(worth)
            yield function, Decision(Stage.PROPOSE, Reason.NO_CANDIDATE) if nothing else end


def _unwanted(function: Function, settings: Settings) -> Decision | None:
    if function.kind is FunctionKind.NESTED:
        return Decision(Stage.EXTRACT, Reason.NESTED)
    if not wanted_function(function, settings):
        return Decision(Stage.EXTRACT, Reason.EXCLUDED, "not among --function")
    return None


def _worth_running(requests: Sequence[ProposalRequest], experts: Sequence[Expert]) -> list[bool]:
    """Whether any expert has something to say. A model is asked last, for all that is left at once."""
    found = [False] * len(requests)
    for expert in sorted(experts, key=lambda one: isinstance(one, BatchExpert)):
        left = [
            (place, one)
            for place, one in enumerate(requests)
            if not found[place] and one.function.language in expert.languages
        ]
        asked = [one for _, one in left]
        answers = (
            expert.would_change(asked)
            if isinstance(expert, BatchExpert)
            else [any(True for _ in expert.propose(one)) for one in asked]
        )
        for (place, _), answer in zip(left, answers, strict=True):
            found[place] = answer
    return found
