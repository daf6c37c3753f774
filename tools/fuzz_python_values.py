"""Random Python expressions of a wanted type, now and then of another one: what tools/fuzz_python_programs.py makes programs of."""

from __future__ import annotations

import random
from typing import Final

LITERALS: Final = {
    "int": "0 1 -1 2 3 7 10 -5 255 256 1000 -128 True False 0x1f 0b101 0o17 1_000 10**20 -2**63 2**64 2**31-1 12345678901234567890 -7 97 233 0x20ac",
    "float": "0.0 -0.0 1.0 2.5 -3.75 0.1 1e10 1e-7 1e300 float('inf') float('nan') -1.5 0.5 1e16 123456.789 3.0 1e22 5e-324 2.675 -0.05",
    "complex": "1j -2j 1+2j 0j 1.5-0.5j complex(-0.0,1) 3-4j",
    "str": "'' 'a' 'abc' 'Hello' 'a,b,,c' '12' '-3' 'x=1' ' pad ' 'A1b2' 'tab\\tx' 'l1\\nl2\\r\\nl3' 'é' 'ß' '😀' 'ǆ' '٣' 'İ' 'aXbX' 'hello_world' '{}' '%s' '0x1f' '3.5' 'nan' '\\\\' '\\'' '\"' '\\x00' 'ﬁ' 'a b c' 'Ω' '中文' \"it's\" '\\ud800' 'abcabc' '1_0' 'k'",
    "bytes": "b'' b'a' b'abc' b'\\x00\\xff' b'a,b' b' x ' b'12' b'Hello' b'\\'' b'l1\\nl2' b'aXbX' b'\\xc3\\xa9'",
    "list": "[] [1] [1,2,3] [3,1,2] ['a','b'] [[1],[2]] [0.5,1] [None] [1,'a'] [(1,2),(3,4)] ['b','A','c'] [True,1,1.0] list('hello') [1,2,3,4,5,6,7]",
    "tuple": "() (1,) (1,2) ('a',1) ((1,2),3) (1,2,3,4,5) (None,True) ('x','y','z')",
    "dict": "{} {'a':1} {'k':1,'b':2} {1:'x',2:'y'} {(1,2):3} {None:0} {'a':[1],'b':{}} {1:1,True:2,1.0:3} dict(a=1,z=26)",
    "set": "set() {1} {1,2,3} {'a','b'} {3,1,2,'x'} set('hello') {1.5,'n'} {(1,2),3} {-1,-2} {100,200,8,16,0}",
    "frozenset": "frozenset() frozenset({1,2}) frozenset('ab')",
    "bool": "True False",
    "none": "None",
    "range": "range(0) range(3) range(1,10,3) range(5,0,-2) range(-3,3)",
    "bytearray": "bytearray() bytearray(b'abc') bytearray(3)",
    "type": "int str list dict Exception bool object float ValueError",
    "slice": "slice(1) slice(1,3) slice(None,None,-1) slice(-2,None)",
}  # fmt: skip
"""Literals of each type, between spaces; a text with a space in it is put together again by `_split`."""
SHOWN: Final = {
    "int": "{i}+{i} {i}-{i} {i}*{i} {i}//{i} {i}%{i} {i}/{i} {i}**{s} {i}<<{s} {i}>>{s} {i}&{i} {i}|{i} {i}^{i} ~{i} -{i} +{i} abs({i}) divmod({i},{i}) pow({i},{i},{i}) ({i}).bit_length() ({i}).bit_count() ({i}).to_bytes({s},'big') ({i}).to_bytes({s},'little',signed=True) int({S}) int({S},{s}) int({f}) round({i},-{s}) round({i}) hex({i}) bin({i}) oct({i}) chr({i}) str({i}) repr({i}) int.from_bytes({b},'big') int.from_bytes({b},'little',signed=True) ({i}).as_integer_ratio() ({i}).conjugate() float({i}) complex({i},{i}) {i}=={f} {i}<{f} hash({i}) bool({i}) ({i}).real ({i}).numerator isinstance({i},int) int({i}) max({i},{i}) min({i},{f}) sum([{i},{i}]) range({i})[{i}] len(range({i},{i}))",
    "float": "{f}+{f} {f}-{f} {f}*{f} {f}/{f} {f}//{f} {f}%{f} {f}**{s} {f}**{f} divmod({f},{f}) -{f} abs({f}) round({f}) round({f},{s}) round({f},-1) int({f}) ({f}).is_integer() ({f}).as_integer_ratio() ({f}).hex() float.fromhex({S}) float({S}) repr({f}) str({f}) {f}=={f} {f}<{f} {f}<={i} hash({f}) bool({f}) ({f}).real ({f}).imag complex({f},{f}) sum([{f},{f},{f}]) max({f},{f}) {i}/{i} {f}+{i} {i}%{f} {i}//{f}",
    "complex": "{c}+{c} {c}*{c} {c}/{c} {c}**2 {c}**{s} abs({c}) {c}=={c} ({c}).real ({c}).conjugate() complex({S}) -{c} {c}-{f} {c}<{c} bool({c}) hash({c}) {c}//{c} int({c}) repr({c})",
    "str": "{S}+{S} {S}*{s} {S}[{s}] {S}[{s}:{s}] {S}[::{s}] {S}[-{s}:] {S} in {S} {S}<{S} {S}.upper() {S}.lower() {S}.title() {S}.capitalize() {S}.swapcase() {S}.casefold() {S}.strip() {S}.lstrip({S}) {S}.rstrip({S}) {S}.strip({S}) {S}.split() {S}.split({S}) {S}.split({S},{s}) {S}.rsplit({S},{s}) {S}.rsplit(None,{s}) {S}.split(maxsplit={s}) {S}.splitlines() {S}.splitlines(True) {S}.partition({S}) {S}.rpartition({S}) {S}.join({L}) {S}.join([{S},{S}]) {S}.replace({S},{S}) {S}.replace({S},{S},{s}) {S}.find({S}) {S}.rfind({S},{s}) {S}.index({S}) {S}.rindex({S}) {S}.count({S}) {S}.startswith({S}) {S}.endswith(({S},{S})) {S}.startswith({S},{s}) {S}.isalpha() {S}.isdigit() {S}.isdecimal() {S}.isnumeric() {S}.isalnum() {S}.isspace() {S}.isupper() {S}.islower() {S}.istitle() {S}.isidentifier() {S}.isprintable() {S}.isascii() {S}.center({s},{S}) {S}.center({n}) {S}.ljust({n},'*') {S}.rjust({n}) {S}.zfill({n}) {S}.expandtabs({s}) {S}.encode() {S}.encode('latin-1') {S}.encode('ascii','ignore') {S}.encode('ascii','backslashreplace') {S}.encode('utf-16') {S}.encode('cp1252','replace') {S}.encode('utf-8','surrogateescape') {S}.translate({97:'q',98:None}) {S}.translate(str.maketrans('ab','xy')) str.maketrans({S},{S}) {S}.format({A},{A}) {S}.format(k={A}) {S}.format_map({D}) {S}%{A} {S}%({A},) {S}.removeprefix({S}) {S}.removesuffix({S}) ord({S}) len({S}) list({S}) tuple({S}) sorted({S}) repr({S}) ascii({S}) int({S}) float({S}) hash({S}) max({S}) set({S}) dict.fromkeys({S}) list(enumerate({S},{s})) list(zip({S},{L})) list(reversed({S})) {S}=={S} {S}.index({S},{s},{n}) bool({S}) str({S},'utf-8') bytes({S},'utf-8') {S}.__contains__({S})",
    "bytes": "{b}+{b} {b}*{s} {b}[{s}] {b}[{s}:{s}] {b}[::-1] {b} in {b} {i} in {b} {b}.upper() {b}.split({b}) {b}.split() {b}.strip() {b}.hex() {b}.hex(':') {b}.hex('-',2) bytes.fromhex({S}) {b}.decode() {b}.decode('latin-1') {b}.decode('ascii','replace') {b}.decode('utf-8','ignore') {b}.decode('utf-16') {b}.find({b}) {b}.index({i}) {b}.count({b}) {b}.replace({b},{b}) {b}.join([{b},{b}]) {b}.join({L}) list({b}) bytes({L}) bytes({s}) bytes({S}) bytes({T}) {b}.partition({b}) {b}.startswith({b}) {b}.isdigit() {b}.isalpha() {b}.center({n},b'*') {b}.zfill({n}) {b}.title() {b}.splitlines() {b}.translate(None,{b}) {b}.removeprefix({b}) {b}%{A} b'%d|%s'%({A},{A}) b'%a'%({A},) repr({b}) {b}<{b} {b}=={S} hash({b}) int({b}) float({b}) bytearray({b}) memoryview({b})[{s}] str({b}) sorted({b}) sum({b}) {b}.rstrip({b}) {b}.expandtabs() {b}.swapcase() len({b}) {b}.ljust({n})",
    "list": "{L}+{L} {L}*{s} {L}[{s}] {L}[-{s}] {L}[{s}:{s}] {L}[::{i}] {L}[{A}] {A} in {L} {L}.index({A}) {L}.count({A}) len({L}) sorted({L}) sorted({L},reverse=True) sorted({L},key=str) sorted({L},key=repr,reverse=True) max({L}) min({L},key=str) sum({L}) sum({L},{A}) any({L}) all({L}) list(map(str,{L})) list(filter(None,{L})) list(zip({L},{L})) list(zip({L},{L},strict=True)) list(enumerate({L})) dict({L}) dict(zip({L},{L})) set({L}) tuple({L}) repr({L}) {L}<{L} {L}=={L} [*{L},*{T}] list(reversed({L})) {L}.copy() [x for x in {L} if x] [(x,y) for x in {L} for y in {T}] {x:str(x) for x in {L}} {x for x in {L}} next(iter({L}),{A}) {L}.__len__() list({A}) str({L}) iter({L}).__length_hint__() {L}.pop({s}) {L}.append({A}) {L}.extend({A}) {L}.insert({i},{A}) {L}.remove({A}) {L}.sort() {L}.sort(key=len) {L}+{T} hash({L}) {L} is {L} [y for x in {L} for y in x] map(int,{L}) list(map(int,{L})) list(map(lambda a,b:(b,a),{L},{T})) [a for a,b in {L}] print(*{L},sep='-') max({L},default={A}) {L}>={L}",
    "tuple": "{T}+{T} {T}*{s} {T}[{s}] {T}[{s}:] {T}.index({A}) {T}.count({A}) {T}<{T} {T}=={T} hash({T}) len({T}) sorted({T}) max({T}) list({T}) {A} in {T} tuple({A}) repr({T}) (*{T},{A}) {T}+{L} sum({T}) dict([{T}]) '%s %s'%{T} '%d'%{T} divmod(*{T}) set({T}) (lambda a,b=0,*c:(a,b,c))(*{T}) {T}[::-1] {T}.__add__({A})",
    "dict": "{D}[{A}] {D}.get({A}) {D}.get({A},{A}) {D}.pop({A}) {D}.pop({A},{A}) {D}.popitem() {D}.setdefault({A},{A}) {D}.keys() {D}.values() {D}.items() list({D}) list({D}.items()) len({D}) {A} in {D} {D}|{D} {D}=={D} {**{D},**{D}} {**{D},'z':{A}} dict({D}) dict({D},k={A}) sorted({D}) {D}.copy() {D}.update({A}) {D}.keys()&{D} {D}.keys()-{d} {D}.items()<={D}.items() {D}.keys()|{L} {v:k for k,v in {D}.items()} max({D}) repr({D}) list(reversed({D})) bool({D}) dict.fromkeys({L},{A}) dict.fromkeys({A}) {D}<{D} {D}.keys().isdisjoint({L}) (lambda **k:k)(**{D}) {D}.clear() hash({D}) {D}+{D} '%(k)s'%{D} '{k}'.format(**{D}) {D}.fromkeys({S}) {D}.keys()=={D}.keys() list(zip({D},{D}.values()))",
    "set": "{E}|{E} {E}&{E} {E}-{E} {E}^{E} {E}<={E} {E}<{E} {E}=={E} {A} in {E} len({E}) sorted({E}) {E}.union({A}) {E}.intersection({A}) {E}.difference({L},{T}) {E}.symmetric_difference({A}) {E}.issubset({A}) {E}.issuperset({A}) {E}.isdisjoint({A}) {E}.add({A}) {E}.remove({A}) {E}.discard({A}) {E}.pop() {E}.copy() {E}.update({A},{A}) repr({E}) list({E}) max({E}) sum({E}) frozenset({E}) {F}|{E} {E}|{F} {F}=={E} hash({F}) repr({F}) {E}+{E} {E}|{L} {E}.clear() {E}.intersection_update({A}) {E}.difference_update({A}) {E}.symmetric_difference_update({A}) set({A}) {x for x in {E} if x!={A}} {E}>{F} {F}.copy() {E}[{s}] {F}.union({L}) {*{E},*{T}} tuple({E}) any({E}) {E}.__contains__({A}) {F} in {E} {E} in {E}",
    "any": "{A} {A}=={A} {A}!={A} {A}<{A} {A}+{A} {A}*{A} {A}-{A} {A}|{A} {A}&{A} {A}%{A} {A}[{A}] {A}() {A}.x {A} is {A} {A} and {A} {A} or {A} not {A} {A} if {A} else {A} len({A}) str({A}) repr({A}) bool({A}) int({A}) list({A}) type({A}) iter({A}) next({A}) abs({A}) round({A},{A}) sum({A}) hash({A})==hash({i}) callable({A}) isinstance({A},{t}) issubclass({t},{t}) getattr({A},'real','no') hasattr({A},'append') print({A},{A},sep={S},end={S}) {A}<{A}<{A} {A} in {A} range({A},{A},{A}) range({s},{n},{s})==range({s},{n},{s}) slice({A},{A}).indices({s}) {R}[{s}:{n}] {R}.index({A}) list({R})[:9] {A} in {R} {R}.count({A}) (lambda x,/,*,k={A}:(x,k))({A}) [*{A}] {*{A}} {**{A}} divmod({A},{A}) pow({A},{s}) {B}+{b} {B}.append({i}) {B}.pop() {B}.decode() {B}.extend({A}) {B}.reverse() {B}.find({A}) {B}*{s} {B}=={b} {B}.hex() {t}({A}) {t}() {t}.__name__ sorted({A}) max({A},{A}) min({A}) reversed({A}) enumerate({A}) zip({A},{A}) bytes({A}) float({A}) complex({A},{A}) chr({A}) ord({A}) format({A},{S}) vars({A}) dir([{A}])[:1] (lambda x:id(x)==id(x))({A}) {l}[{k}] {R}==range({i}) {R}[::-1] isinstance({A},(int,str)) isinstance({A},int|str) {A}@{A} {A}>>{A} {A}//{A} {A}**{s}",
}  # fmt: skip
"""What is shown of each type: templates between blanks of which no field has any inside; the fields are those of `_FIELDS`."""
_FIELDS: Final = {
    "i": "int", "f": "float", "c": "complex", "S": "str", "b": "bytes", "L": "list", "T": "tuple", "D": "dict", "d": "dict",
    "E": "set", "F": "frozenset", "R": "range", "B": "bytearray", "t": "type", "l": "list", "k": "slice",
}  # fmt: skip
_PLAIN: Final = (
    "int",
    "float",
    "str",
    "bytes",
    "list",
    "tuple",
    "dict",
    "set",
    "bool",
    "none",
    "complex",
    "frozenset",
    "range",
    "bytearray",
    "type",
)
_WEIGHTS: Final = (9, 6, 9, 4, 7, 5, 5, 4, 3, 3, 2, 2, 2, 1, 1)
SPECS: Final = (
    "", "5", "<6", ">8", "^9", "*^9", "08", "+", "-", " ", "+.2f", ".3", ".0f", ".1e", "g", "G", "#x", "#010x", "b", "o", "c", "n", ",", "_", ",.2f",
    "_x", "%", ".1%", "=+8", "0>4", "x<5", "s", "10s", ".2s", "d", "5d", "05d", "e", "E", "F", "z.1f", "#g", "#.3g", "<", "^", "\\'<4", "100", "_b",
    "+_d", "#o", "X", "!r", "q", ".", "5.", "5.x", ",d", ",x", "_,", "=", "0=5", "é^5", "1000.3", ".10g", " d", "=5", "-5",
)  # fmt: skip


def _split(text: str) -> tuple[str, ...]:
    """Pieces between blanks; a blank within quotes or brackets parts nothing."""
    pieces, begun, depth, quote = [], "", 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote and text[place - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        depth += (not quote) * ((character in "([{") - (character in ")]}"))
        if character == " " and not quote and not depth:
            pieces.append(begun)
            begun = ""
        else:
            begun += character
    return (*pieces, begun)


def _templates(text: str) -> tuple[str, ...]:
    """Templates between blanks, where words that are operators hold two together."""
    found: list[str] = []
    joins = False
    for piece in _split(text):
        operator = piece in ("in", "is", "and", "or", "if", "else")
        if found and (joins or operator):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
        joins = operator or piece == "not"
    return tuple(found)


_LITERALS: Final = {kind: _split(text) for kind, text in LITERALS.items()}
_TEMPLATES: Final = {kind: _templates(text) for kind, text in SHOWN.items()}


class Values:
    """Makes expressions by chance; `names` are variables that it may use, of any type."""

    def __init__(self, chance: random.Random, names: tuple[str, ...] = (), minor: int = 13) -> None:
        self.chance = chance
        self.names = names
        self.minor = minor

    def literal(self, kind: str) -> str:
        found = self.chance.choice(_LITERALS[kind])
        if self.minor < 12 and kind not in ("none", "slice"):
            return found.replace("None", "'n'")  # whose hash is an address there, and with it the order of sets
        return found

    def any_literal(self) -> str:
        return self.literal(self.chance.choices(_PLAIN, _WEIGHTS)[0])

    def value(self, field: str, depth: int) -> str:
        """What stands for a field of a template."""
        chance = self.chance
        if field == "s":
            return chance.choice("0 1 2 3 4 -1 8".split())
        if field == "n":
            return chance.choice("0 1 5 7 10 12 -2".split())
        if self.names and chance.random() < 0.15:
            return chance.choice(self.names)
        if field == "A" or chance.random() < 0.06:
            found = self.any_literal()
        elif depth > 0 and chance.random() < 0.15 and _FIELDS[field] in SHOWN:
            return f"({self.shown(_FIELDS[field], depth - 1)})"
        else:
            found = self.literal(_FIELDS[field])
        return found if found[-1] in ")]}" or found.isalnum() else f"({found})" if found[0] not in "'\"[{b" else found

    def shown(self, kind: str = "", depth: int = 1) -> str:
        """An expression that does something with a value of a type."""
        kind = kind or self.chance.choice(tuple(_TEMPLATES))
        if self.chance.random() < 0.12:
            return self.formatted(kind)
        parts = self.chance.choice(_TEMPLATES[kind])
        found, place = "", 0
        while place < len(parts):
            if (
                parts[place] == "{"
                and parts[place + 2 : place + 3] == "}"
                and parts[place + 1] in "ifcSbLTDdEFRBtlksnA"
            ):
                found += self.value(parts[place + 1], depth)
                place += 3
            else:
                found += parts[place]
                place += 1
        return found

    def formatted(self, kind: str) -> str:
        """An f-string or something else that formats."""
        chance, spec = self.chance, self.chance.choice(SPECS)
        value = self.literal(kind) if kind in LITERALS else self.any_literal()
        way = chance.random()
        if way < 0.4 and not set("{}'\"\\") & set(value + spec):
            return f"f'<{{{value}{chance.choice(('', '', '!r', '!s', '='))}:{spec}}}>'"
        if way < 0.7:
            return f"format({value},'{spec}')"
        if way < 0.8:
            return (
                f"'{{:{spec}}}|{{0!r}}'.format({value})" if chance.random() < 0.5 else f"'{{0:{spec}}}'.format({value})"
            )
        flags = chance.choice(("", "-", "+", "0", "#", " ", "-0"))
        width = chance.choice(("", "5", "8", ".2", "6.1", ".0", "*"))
        return f"'%{flags}{width}{chance.choice('dsrxXoifgeEGca%u')}|' % ({value},)"
