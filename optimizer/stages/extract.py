"""The functions of a commit, and those among them that end without being run."""

from collections.abc import Callable, Sequence, Set

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


def early_decision(
    function: Function,
    request: Callable[[], ProposalRequest],
    settings: Settings,
    experts: Sequence[Expert],
) -> Decision | None:
    """Why the function ends here; None when it is worth running. A model is not asked for just that."""
    if function.kind is FunctionKind.NESTED:
        return Decision(Stage.EXTRACT, Reason.NESTED)
    if not wanted_function(function, settings):
        return Decision(Stage.EXTRACT, Reason.EXCLUDED, "not among --function")
    asked = [expert for expert in experts if function.language in expert.languages]
    if any(isinstance(expert, BatchExpert) for expert in asked):
        return None
    wanted = request()
    if not any(True for expert in asked for _ in expert.propose(wanted)):
        return Decision(Stage.PROPOSE, Reason.NO_CANDIDATE)
    return None
