"""The type of every variable of a function, from all of its bindings together."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from optimizer.experts.rules.types import (
    LATER,
    UNKNOWN,
    annotation,
    arguments,
    binary,
    element,
    head,
    infer,
    item,
    join,
    of_type,
)

Fields = Mapping[str, Mapping[str, str]]  # for each record, the types of its fields


def environment(function: ast.AST, fields: Fields | None = None) -> dict[str, str]:
    """The type of every name that the function binds, and of the fields of the records it knows."""
    known = _Known(fields or {}, dict(_keyed(function)))
    constant = {f"{record}.{name}": kind for record, of in known.fields.items() for name, kind in of.items()}
    env = dict.fromkeys((name for name, _ in _bindings(function, constant, known)), LATER) | constant
    for _ in range(6):  # types settle within two or three rounds; deeper chains stay unknown
        after: dict[str, str] = dict.fromkeys(env, LATER) | constant
        for name, kind in _bindings(function, env, known):
            after[name] = UNKNOWN if UNKNOWN in (kind, after[name]) else join(after[name], kind)
        if after == env:
            return {name: "" if kind == LATER else kind for name, kind in env.items()}
        env = after
    return dict.fromkeys(env, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Known:
    fields: Fields
    keyed: Mapping[int, ast.expr]


def _keyed(function: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """The parameters of key functions, by identity, with what their values are taken from."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id="sorted" | "min" | "max"), args=[source], keywords=keywords):
                for each in keywords:
                    if each.arg == "key" and isinstance(each.value, ast.Lambda):
                        yield from ((id(one), source) for one in each.value.args.args[:1])
            case _:
                continue


def _bindings(function: ast.AST, env: Mapping[str, str], known: _Known) -> Iterator[tuple[str, str]]:
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name) if id(node) in known.keyed:
                yield name, element(infer(known.keyed[id(node)], env))
            case ast.arg(arg=name, annotation=note):
                yield name, annotation(note, known.fields)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _bind(target, infer(value, env), env, value)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=note, value=value):
                yield name, annotation(note, known.fields) or (infer(value, env) if value else UNKNOWN)
            case ast.AugAssign(target=ast.Subscript() as target, value=value):
                yield from _stored(target, infer(value, env), env)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                yield name, binary(op, env.get(name, UNKNOWN), infer(value, env))
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, infer(value, env)
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                yield from _iterate(target, source, env)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=args):
                yield from _grown(name, attr, args, env)
            case _:
                yield from _untyped(node)


def _untyped(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for each in items:
                if each.optional_vars:
                    yield from _bind(each.optional_vars, UNKNOWN, {})
        case ast.ExceptHandler(name=str(name)) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, UNKNOWN
        case ast.AsyncFor(target=target) | ast.Delete(targets=[target]):
            yield from _bind(target, UNKNOWN, {})
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from ((name, UNKNOWN) for name in names)
        case ast.alias(name=name, asname=asname):
            yield asname or name, UNKNOWN
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, UNKNOWN
        case _:
            return


def _grown(name: str, attr: str, args: list[ast.expr], env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is put into a list or set says what is in it."""
    base = head(env.get(name, UNKNOWN))
    if base in ("list", "set", "deque"):
        if attr in ("append", "add", "appendleft") and len(args) == 1:
            yield name, of_type(base, infer(args[0], env))
        elif attr in ("extend", "update", "insert"):
            yield name, f"{base}[]"


def _stored(target: ast.Subscript, kind: str, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is stored under an index says what is in the container."""
    match target:
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            base = head(env.get(name, UNKNOWN))
            if base == "list":
                yield name, "list[]" if isinstance(index, ast.Slice) else of_type("list", kind)
            elif base == "dict":
                yield name, of_type("dict", infer(index, env), kind)
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))):
            if head(env.get(name, UNKNOWN)) == "list":
                yield name, of_type("list", of_type("list", kind))
        case _:
            return


def _iterate(target: ast.expr, source: ast.expr, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    match source, target:
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]), ast.Tuple(elts=[index, value]):
            yield from _bind(index, "int", env)
            yield from _bind(value, element(infer(inner, env)), env)
        case ast.Call(func=ast.Name(id="zip"), args=args), ast.Tuple(elts=elts) if len(args) == len(elts):
            for each, inner in zip(elts, args, strict=True):
                yield from _bind(each, element(infer(inner, env)), env)
        case ast.Call(func=ast.Attribute(value=value, attr="items")), ast.Tuple(elts=[k, v]):
            yield from _bind(k, element(infer(value, env)), env)
            yield from _bind(v, item(infer(value, env)), env)
        case _:
            yield from _bind(target, element(infer(source, env)), env)


def _bind(
    target: ast.expr, kind: str, env: Mapping[str, str], value: ast.expr | None = None
) -> Iterator[tuple[str, str]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, kind
        case ((ast.Tuple(elts=ours) | ast.List(elts=ours)), ast.Tuple(elts=theirs)) if len(ours) == len(
            theirs
        ):
            for each, part in zip(ours, theirs, strict=True):
                yield from _bind(each, infer(part, env), env, part)
        case ((ast.Tuple(elts=ours) | ast.List(elts=ours)), _):
            of = arguments(kind) if head(kind) == "tuple" else []
            fits = len(of) == len(ours) and "..." not in of
            for index, each in enumerate(ours):
                inner = of[index] if fits else LATER if kind == LATER else element(kind)
                yield from _bind(each, inner, env)
        case ast.Subscript(), _:
            yield from _stored(target, kind, env)
        case ast.Starred(value=inner_target), _:
            yield from _bind(inner_target, UNKNOWN, env)
        case _:
            return
