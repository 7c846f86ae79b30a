"""Canonical typed encoding of Python values. Runs inside the sandbox; standard library only.

Two values have the same bytes exactly when a caller could not tell them apart by type, value, order
or identity structure: exact types, floats by their bits, insertion order of dicts, aliasing and cycles
of mutable objects (a mutable object met again is a reference to where it first stood). Sets are
sorted, instances are their attributes, iterators are what they yield. Iterative, so that long linked
structures need no stack. The trusted side reads it with optimizer/canonical.py, which never unpickles.

    N T F            None, True, False
    i<hex>;          int                     f<8 bytes>   float, big-endian bits
    c<16 bytes>      complex                 s<n>:<utf8>  str (surrogates passed through)
    b<n>:<bytes>     bytes
    l<n>; t<n>;      list, tuple: n nodes follow
    d<n>;            dict: n pairs of nodes follow
    S<n>; Z<n>;      set, frozenset: n nodes follow, sorted
    R<k>;            the k-th mutable object again
    g<n>:<name>      something found by its name: a class, a function, a module
    x<n>:<type>      something that cannot be compared
    o<n>:<type><m>;  an object: m pairs of nodes (attribute name, value) follow
"""

import collections
import contextlib
import enum
import struct
import sys
import types

ITERATOR_CAP = 10_000
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
_HANDLES = ("_io", "_thread", "_socket", "socket", "select", "_weakref", "weakref", "_asyncio")
_HEAP_TYPE = 1 << 9  # of a class made by Python code
_BASES = (list, tuple, dict, set, frozenset, str, bytes, bytearray, int, float, complex)


class UnencodableError(Exception):
    """The value is larger than the limit."""


class _Raw:
    __slots__ = ("data",)

    def __init__(self, data):
        self.data = data


def encode(value, limit=1_000_000):
    """The canonical bytes of `value`; raises UnencodableError beyond `limit` bytes."""
    return Encoder(limit).encode(value)


class Encoder:
    """One identity scope: objects shared between several `encode` calls become references."""

    def __init__(self, limit=1_000_000):
        self.limit = limit
        self.opaque = False  # whether something that cannot be compared was met
        self._size = 0
        self._memo = {}  # id -> index
        self._alive = []  # temporaries whose ids stand in the memo

    def encode(self, value):
        out, stack = [], [value]
        while stack:
            item = stack.pop()
            data = self._node(item, stack)
            self._size += len(data)
            if self._size > self.limit:
                raise UnencodableError(f"more than {self.limit} bytes")
            out.append(data)
        return b"".join(out)

    def _node(self, item, stack):
        kind = type(item)
        if kind is _Raw:
            return item.data
        atom = _ATOMS.get(kind)
        if atom is not None:
            return atom(item)
        if kind is tuple:
            stack.extend(reversed(item))
            return b"t%d;" % len(item)
        if kind is frozenset:
            return self._set(b"Z", item, stack)
        return self._mutable(item, kind, stack)

    def _mutable(self, item, kind, stack):
        seen = self._memo.get(id(item))
        if seen is not None:
            return b"R%d;" % seen
        if issubclass(kind, _NAMED):
            return self._named(item)
        self._memo[id(item)] = len(self._memo)
        self._alive.append(item)
        if kind is list:
            stack.extend(reversed(item))
            return b"l%d;" % len(item)
        if kind is dict:
            for key in reversed(item):
                stack.extend((item[key], key))
            return b"d%d;" % len(item)
        if kind is set:
            return self._set(b"S", item, stack)
        return self._object(item, kind, stack)

    def _set(self, tag, item, stack):
        """Atoms are sorted by their bytes; other elements by what a shallow look shows of them."""
        elements = [(_shallow(element), element) for element in item]
        elements.sort(key=lambda pair: pair[0], reverse=True)
        stack.extend(element for _, element in elements)
        return tag + b"%d;" % len(elements)

    def _named(self, item):
        name = getattr(item, "__qualname__", None) or item.__name__
        if "<" in name or not _is_found(item, name):  # another one of that name may do something else
            return self._unknown(type(item))
        return b"g" + _text(f"{getattr(item, '__module__', '')}.{name}")

    def _unknown(self, kind):
        self.opaque = True
        return b"x" + _text(type_name(kind))

    def _object(self, item, kind, stack):
        try:
            pairs = _parts(item, kind)
        except Exception:
            pairs = None
        if pairs is None:
            return self._unknown(kind)
        for name, value in reversed(pairs):
            stack.extend((value, _Raw(_str(name))))
            self._alive.append(value)
        return b"o" + _text(type_name(kind)) + b"%d;" % len(pairs)


def _text(text):
    data = text.encode("utf-8", "surrogatepass")
    return b"%d:" % len(data) + data


def _str(text):
    return b"s" + _text(text)


_ATOMS = {
    type(None): lambda _: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: lambda value: b"i%x;" % value,
    float: lambda value: b"f" + struct.pack(">d", value),
    complex: lambda value: b"c" + struct.pack(">dd", value.real, value.imag),
    str: _str,
    bytes: lambda value: b"b%d:" % len(value) + value,
    type(Ellipsis): lambda _: b"g8:Ellipsis",
    type(NotImplemented): lambda _: b"g14:NotImplemented",
}


def type_name(kind):
    """Marked where looking it up by that name does not lead to it: classes can be called anything."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    return name if "<" in name or _is_found(kind, kind.__qualname__) else f"{name}?"


def _is_found(item, name):
    """Whether something is what its name says. What was not made by Python code cannot lie about it."""
    if isinstance(item, types.ModuleType) or (isinstance(item, type) and not item.__flags__ & _HEAP_TYPE):
        return True
    found = sys.modules.get(getattr(item, "__module__", None) or "builtins")
    for part in name.split("."):
        found = vars(found).get(part) if isinstance(found, type) else getattr(found, part, None)
    return found is item or getattr(found, "__wrapped__", None) is item or _inside(found, item)


def _inside(found, item):
    """Class and static methods stand wrapped in their class."""
    return isinstance(found, (staticmethod, classmethod)) and found.__func__ is item


def _shallow(element, depth=0):
    """A sort key for set elements that does not depend on addresses."""
    kind = type(element)
    atom = _ATOMS.get(kind)
    if atom is not None:
        return atom(element)
    inner = ()
    if depth < 3:
        if isinstance(element, tuple):
            inner = tuple.__iter__(element)
        elif isinstance(element, frozenset):
            inner = ()
            parts = sorted(_shallow(item, depth + 1) for item in frozenset.__iter__(element))
            return type_name(kind).encode() + b"".join(parts)
        else:
            state = getattr(element, "__dict__", None) or {}
            inner = [state[name] for name in sorted(state) if type(state[name]) in _ATOMS]
    return type_name(kind).encode() + b"".join(_shallow(item, depth + 1) for item in inner)


def _parts(item, kind):
    """(attribute name, value) pairs that make up an object; None when it cannot be told."""
    if kind.__module__ in _HANDLES:
        return None
    special = _numbers(item) or _iterator(item, kind)
    if special is not None:
        return special
    if isinstance(item, enum.Enum):
        return [("<name>", item._name_)]
    if isinstance(item, types.MethodType):
        return [("<self>", item.__self__), ("<function>", item.__func__)]
    pairs = [(f"<{base.__name__}>", _plain(item, base)) for base in _BASES if isinstance(item, base)][:1]
    if isinstance(item, BaseException):
        pairs = [("<args>", item.args)]
    attributes = _attributes(item, kind)
    if attributes or pairs or kind is object:
        return pairs + attributes + _extras(item)
    if hasattr(item, "__dict__") or any("__slots__" in vars(base) for base in kind.__mro__):
        return _extras(item)
    return _reduced(item, kind)


def _plain(item, base):
    """Its value as the base class has it, whatever the class itself says."""
    if base is dict:
        ordered = collections.OrderedDict if isinstance(item, collections.OrderedDict) else dict
        return {key: dict.__getitem__(item, key) for key in ordered.__iter__(item)}
    if base in (list, tuple, set, frozenset):
        return base(base.__iter__(item))
    if base in (bytes, bytearray):
        return bytes(base.__getitem__(item, slice(None)))
    if base is complex:
        return complex(complex.real.__get__(item), complex.imag.__get__(item))
    return {str: str.__str__, int: int.__int__, float: float.__float__}[base](item)


def _extras(item):
    if isinstance(item, collections.defaultdict):
        return [("<default_factory>", item.default_factory)]
    return []


def _attributes(item, kind):
    """Sorted: the order in which attributes were set is not something callers go by."""
    found = {}
    for base in reversed(kind.__mro__):
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            private = name.startswith("__") and not name.endswith("__")
            real = f"_{base.__name__.lstrip('_')}{name}" if private else name
            if name in ("__dict__", "__weakref__"):
                continue
            try:
                found[name] = object.__getattribute__(item, real)
            except AttributeError:
                continue
    with contextlib.suppress(AttributeError):
        found.update(object.__getattribute__(item, "__dict__"))
    return sorted(found.items(), key=lambda pair: str(pair[0]))


def _reduced(item, kind):
    """Objects of C types, by the recipe that copy and pickle use (PEP 307)."""
    recipe = kind.__reduce_ex__(item, 4)
    if isinstance(recipe, str):
        return [("<global>", recipe)]
    maker, args, *rest = (*recipe, None, None, None)[:5]
    state, items, pairs = rest
    name = f"{maker.__module__}.{maker.__qualname__}"
    listed = None if items is None else list(items)
    paired = None if pairs is None else [list(pair) for pair in pairs]
    return [("<reduce>", [name, args, state, listed, paired])]


def _iterator(item, kind):
    """What an iterator yields, and how it ends. Only those that yield once: it is consumed."""
    views = (type({}.keys()), type({}.values()), type({}.items()), types.MappingProxyType)
    if kind in views:
        return [("<view>", dict(item) if kind is types.MappingProxyType else list(item))]
    if kind.__module__ not in ("builtins", "itertools") or not hasattr(kind, "__next__"):
        return None
    items, end = [], "exhausted"
    try:
        for value in item:
            if len(items) >= ITERATOR_CAP:
                end = "cut"
                break
            items.append(value)
    except Exception as error:
        end = error
    return [("<items>", items), ("<end>", end)]


def _numbers(item):
    """numpy and pandas values, where the target uses them."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if isinstance(item, numpy.ndarray):
        data = item.tolist() if item.dtype.hasobject else item.tobytes()
        order = bool(item.flags.writeable)
        return [("<dtype>", str(item.dtype.descr)), ("<shape>", item.shape), ("<w>", order), ("<data>", data)]
    if isinstance(item, numpy.generic):
        return [("<dtype>", str(item.dtype)), ("<data>", item.tobytes())]
    return _tables(item)


def _tables(item):
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    if isinstance(item, pandas.DataFrame):
        columns = [item.iloc[:, number].to_numpy() for number in range(item.shape[1])]
        kinds = [str(dtype) for dtype in item.dtypes]
        return [("<columns>", list(item.columns)), ("<index>", item.index), ("<k>", kinds), ("<v>", columns)]
    if isinstance(item, (pandas.Series, pandas.Index)):
        index = item.index if isinstance(item, pandas.Series) else None
        return [("<name>", item.name), ("<index>", index), ("<k>", str(item.dtype)), ("<v>", item.to_numpy())]
    return None
