"""Moves functions between the left margin, where they are read and written, and where they stand."""

import io
import tokenize

from optimizer.domain.candidates import ProposalRequest


def placed(source: str, request: ProposalRequest) -> str:
    """The candidate at the original's indentation, without that of the first line (see `Candidate`)."""
    at = request.module_source.find(request.function.source)
    line_start = request.module_source.rfind("\n", 0, at) + 1
    before = request.module_source[line_start:at] if at >= 0 else ""
    indent = "" if before.strip() else before
    lines = source.strip("\n").split("\n")
    fixed = _inside_strings("\n".join(lines))
    free = [line for number, line in enumerate(lines, 1) if line.strip() and number not in fixed]
    margin = min((len(line) - len(line.lstrip()) for line in free), default=0)
    moved = [
        line if number in fixed else f"{indent}{line[margin:]}" if line.strip() else ""
        for number, line in enumerate(lines, 1)
    ]
    return "\n".join(moved)[len(indent) :]


def moved_left(source: str, margin: int) -> str:
    """So many blanks fewer in front of each line, as far as there are any; not of the first one, and not of
    those that begin inside a string."""
    fixed = _inside_strings(source)
    first, *lines = source.split("\n")
    moved = [
        line if number in fixed else line[min(margin, len(line) - len(line.lstrip())) :]
        for number, line in enumerate(lines, 2)
    ]
    return "\n".join([first, *moved])


def _inside_strings(source: str) -> set[int]:
    """Numbers of the lines that begin inside a string: indentation is part of its value there."""
    inside: set[int] = set()
    starts: list[int] = []  # of f-strings, which are tokens of their own from Python 3.12 on
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = tokenize.tok_name[token.type]
            if kind == "FSTRING_START":
                starts.append(token.start[0])
            elif kind in ("STRING", "FSTRING_END"):
                start = starts.pop() if kind == "FSTRING_END" else token.start[0]
                inside.update(range(start + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        pass  # the guard refuses it and says why
    return inside
