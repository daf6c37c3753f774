"""The special words for common mistakes, asked for when a source is parsed the second time.

Each check looks at the place where CPython's rules of the same purpose look, and raises a SourceError or does nothing.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.lexer import KEYWORDS, NAME, OP
from fakedocker.userland.languages.python.parser_base import BaseParser, Failed, OutOfTokens
from fakedocker.userland.languages.python.source_errors import SourceError

_NAMES: Final[dict[type, str]] = {
    s.Call: "function call", s.BinOp: "expression", s.UnaryOp: "expression", s.BoolOp: "expression",
    s.Compare: "comparison", s.Attribute: "attribute", s.Subscript: "subscript", s.Starred: "starred",
    s.Name: "name", s.ListExpr: "list", s.TupleExpr: "tuple", s.Lambda: "lambda", s.DictExpr: "dict literal",
    s.SetExpr: "set display", s.ListComp: "list comprehension", s.DictComp: "dict comprehension",
    s.SetComp: "set comprehension", s.GeneratorExp: "generator expression", s.Yield: "yield expression",
    s.YieldFrom: "yield expression", s.Await: "await expression", s.IfExp: "conditional expression",
    s.NamedExpr: "named expression", s.JoinedStr: "f-string expression", s.FormattedValue: "f-string expression",
}  # fmt: skip
AUGMENTED: Final = frozenset(("+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="))


SOFT_KEYWORDS: Final = ("match", "case", "_", "type")
"""Words that are names elsewhere; where two expressions stand side by side, what they begin with is taken for them."""


def name_of(node: s.Expr) -> str:
    """How CPython calls a kind of expression in its messages."""
    if isinstance(node, s.Constant):
        value = node.value
        if value is None or value is True or value is False:
            return str(value)
        return "ellipsis" if value is ... else "literal"
    return _NAMES[type(node)]


def invalid_target(node: s.Expr, stars: bool = True, loop: bool = False) -> s.Expr:
    """The part of an expression that cannot be assigned to (or deleted, or be what a loop assigns to); None if all can."""
    if isinstance(node, s.TupleExpr | s.ListExpr):
        for part in node.elts:
            found = invalid_target(part, stars, loop)
            if found is not None:
                return found
        return None
    if isinstance(node, s.Starred):
        return node if not stars else invalid_target(node.value, stars, loop)
    if isinstance(node, s.Compare) and loop:
        return invalid_target(node.left, stars, loop) if node.ops[0] == "in" else None
    return None if isinstance(node, s.Name | s.Subscript | s.Attribute) else node


def check_legacy(p: s.Expr) -> None:
    """print and exec as statements."""
    token = p.token
    if token.kind != NAME or token.text not in ("print", "exec") or p.peek().text == "(":
        return
    place = p.place
    p.advance()
    if p.starts_expression() or p.is_op("*"):
        try:
            value = _quietly(p)
        except Failed:
            p.go_back(place)
            return
        end = p.last.at
        p.go_back(place)
        if value is not None:
            words = f"Missing parentheses in call to '{token.text}'. Did you mean {token.text}(...)?"
            raise p.error_at(words, token.at, end)
    p.go_back(place)


def _quietly(p: s.Expr) -> s.Expr:
    """Star expressions without special words of their own."""
    return p.star_expressions()


def check_adjacent(p: s.Expr, body: s.Expr, place: int) -> None:
    """Two expressions one after the other within brackets."""
    if not p.starts_expression() or p.is_word("not"):
        return
    first, following = p.tokens[place], p.tokens[place + 1] if place + 1 < len(p.tokens) else None
    if first.kind == NAME and following is not None and following.kind in ("string", "fstring"):
        return
    if first.kind == NAME and any(
        each.startswith(first.text) for each in SOFT_KEYWORDS if each != "type" or p.minor >= 12
    ):
        return
    here = p.place
    p.second = False
    try:
        if p.is_op("*"):
            return
        other = p.expression()
    except Failed:
        return
    finally:
        p.second = True
        end_place = p.place
        p.go_back(here)
    if isinstance(body, s.Name) and body.id in ("print", "exec"):
        return
    if p.levels[end_place - 1] == 0 and not p.in_field:
        return
    if p.in_field:
        raise p.error_at(_in_field(p, "invalid syntax. Perhaps you forgot a comma?"), body.at, other.at)
    raise p.error_at("invalid syntax. Perhaps you forgot a comma?", _span(p, place), p.tokens[end_place - 1].at)


def _in_field(p: s.Expr, words: str) -> str:
    return f"f-string: {words}"


def _span(p: s.Expr, place: int) -> s.Span:
    return p.tokens[place].at  # type: ignore[no-any-return]


def check_named_expression(p: s.Expr, found: s.Expr) -> None:
    """`=` where `==` or `:=` was meant, and `:=` behind what is no name."""
    if p.is_op(":="):
        raise p.error_at(f"cannot use assignment expressions with {name_of(found)}", found.at)
    if not p.is_op("=") or (p.levels[p.place] == 0 and not _in_condition(p)):
        return
    here = p.place
    p.advance()
    p.second = False
    try:
        right = p.binary(1)
    except Failed:
        return
    finally:
        p.second = True
        follows = p.token
        p.go_back(here)
    if follows.kind == OP and follows.text in ("=", ":="):
        return
    if isinstance(found, s.Name):
        words = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
        raise p.error_at(words, found.at, right.at)
    if isinstance(found, s.ListExpr | s.TupleExpr | s.GeneratorExp):
        return
    if isinstance(found, s.Constant) and (found.value is None or isinstance(found.value, bool)):
        return
    if isinstance(found, s.BoolOp | s.Compare | s.IfExp | s.Lambda) or (
        isinstance(found, s.UnaryOp) and found.op == "not"
    ):
        last = _last_operand(found)
        if last is None or isinstance(last, s.Name):
            raise NotSimulated("the words for this misplaced =")
        found = last
    raise p.error_at(f"cannot assign to {name_of(found)} here. Maybe you meant '==' instead of '='?", found.at)


def _last_operand(found: s.Expr) -> s.Expr:
    return None


def _in_condition(p: s.Expr) -> bool:
    return p.in_condition  # type: ignore[no-any-return]


def check_argument_value(p: s.Expr, name: str, start: s.Span) -> None:
    """`f(a=)`."""
    if p.is_op(")") or p.is_op(","):
        if p.minor >= 13:
            raise p.error_at("expected argument value expression", start, p.last.at)
        raise Failed


def check_keyword_argument(p: s.Expr) -> None:
    """`f(a.b=1)`, `f(True=1)`, `f(a for a in b=1)`."""
    start = p.token
    if start.kind == NAME and start.text in ("True", "False", "None") and p.peek().text == "=":
        raise p.error_at(f"cannot assign to {start.text}", start.at, p.peek().at)
    here = p.place
    p.second = False
    try:
        value = p.expression()
    except Failed:
        return
    finally:
        p.second = True
        follows = p.token
        p.go_back(here)
    if follows.kind == OP and follows.text == "=" and not isinstance(value, s.Name):
        words = 'expression cannot contain assignment, perhaps you meant "=="?'
        raise p.error_at(words, start.at, follows.at)


def check_positional(p: s.Expr, unpacked: bool) -> None:
    """A positional argument behind keywords. The caret is at the closing parenthesis or the last argument."""
    here = p.place
    p.second = False
    try:
        p.named_expression()
        while p.take_op(","):
            if p.is_op(")"):
                break
            p.call_arguments()
        if not p.is_op(")"):
            return
    except Failed:
        return
    finally:
        p.second = True
        end = p.token
        p.go_back(here)
    words = (
        "positional argument follows keyword argument unpacking"
        if unpacked
        else "positional argument follows keyword argument"
    )
    raise p.error_at(words, end.at)


def check_group(p: s.Expr) -> None:
    """`(**a)`."""
    if p.is_op("**"):
        at = p.token.at
        raise p.error_at("cannot use double starred expression here", at)


def check_comprehension_element(p: s.Expr, first: s.Expr) -> None:
    """`[*a for a in b]`, in any version before 3.15."""
    if isinstance(first, s.Starred):
        if p.second:
            raise p.error_at("iterable unpacking cannot be used in comprehension", first.at)
        raise Failed


def check_comprehension_target(p: s.Expr, found: s.Nodes) -> None:
    """`[a, b for a, b in c]`."""
    if p.is_word("for") and p.tokens[p.place - 1].text != "[":
        if not isinstance(found[0], s.Starred):
            words = "did you forget parentheses around the comprehension target?"
            raise p.error_at(words, found[0].at, p.last.at)
        raise p.error_at("iterable unpacking cannot be used in comprehension", found[0].at)


def check_dict_value(p: s.Expr) -> None:
    """Nothing, or a star, behind a key's colon."""
    if p.is_op("}") or p.is_op(","):
        raise p.error_at("expression expected after dictionary key and ':'", p.last.at)
    if p.is_op("*"):
        raise p.error_at("cannot use a starred expression in a dictionary value", p.token.at)


def missing_colon(p: s.Expr, key: s.Expr) -> SourceError | Failed:
    """A key without a colon in a dict that has others."""
    at = p.last.at
    return p.error_at("':' expected after dictionary key", (at[2], at[3] - 1, at[2], at[3]))  # type: ignore[no-any-return]


def check_for_target(p: s.Expr) -> None:
    """`for f() in x`."""
    here = p.place
    p.second = False
    try:
        target = _quietly(p)
    except Failed:
        return
    finally:
        p.second = True
        p.go_back(here)
    bad = invalid_target(target, loop=True)
    if bad is not None:
        raise p.error_at(f"cannot assign to {name_of(bad)}", bad.at)


def field_error(p: BaseParser) -> SourceError:
    """What is said of an expression in a field of an f-string that is none."""
    token = p.tokens[p.furthest]
    if p.minor < 12:
        raise NotSimulated("the words for a wrong field of an f-string before Python 3.12")
    if token.kind == "end":
        raise NotSimulated("the words for a wrong field of an f-string")
    if p.second and p.place > 0 and token is p.token:
        value_end = p.furthest
        if value_end > 0:
            if p.tokens[0].text == "lambda":
                raise NotSimulated("the words for a lambda in a field of an f-string")
            return p.error_at("f-string: expecting '=', or '!', or ':', or '}'", token.at)
    if p.second:
        return (
            p.error_at("f-string: invalid syntax", token.at)
            if p.furthest
            else p.error_at("f-string: expecting a valid expression after '{'", token.at)
        )
    raise Failed


def wrong_assignment(p: s.Expr, first: s.Expr, place: int) -> SourceError | None:
    """What is said of an expression statement that is followed by `=`, `:` or an augmented assignment."""
    if p.is_op("="):
        bad = invalid_target(first)
        if isinstance(first, s.Yield | s.YieldFrom):
            return p.error_at("assignment to yield expression not possible", first.at)  # type: ignore[no-any-return]
        if bad is not None:
            return _cannot_assign(p, bad)
    if p.token.kind == OP and p.token.text in AUGMENTED and not isinstance(first, s.Name | s.Attribute | s.Subscript):
        words = f"'{name_of(first)}' is an illegal expression for augmented assignment"
        return p.error_at(words, first.at)  # type: ignore[no-any-return]
    return None


def _cannot_assign(p: s.Expr, bad: s.Expr) -> SourceError:
    more = ""
    plain = (s.Call, s.BinOp, s.UnaryOp, s.Attribute, s.Subscript, s.JoinedStr, s.Await)
    if (
        isinstance(bad, plain)
        or (isinstance(bad, s.Constant) and not (bad.value is None or isinstance(bad.value, bool)))
        or isinstance(bad, s.DictExpr | s.SetExpr | s.ListComp | s.SetComp | s.DictComp | s.Yield)
    ):
        following = _behind_equals(p)
        if following:
            more = " here. Maybe you meant '==' instead of '='?"
    return p.error_at(f"cannot assign to {name_of(bad)}{more}", bad.at)  # type: ignore[no-any-return]


def _behind_equals(p: s.Expr) -> bool:
    """Whether the `=` here is followed by an operand, and that by no further `=`."""
    here = p.place
    p.advance()
    p.second = False
    try:
        p.binary(1)
        return not (p.token.kind == OP and p.token.text in ("=", ":="))
    except (Failed, OutOfTokens):
        return False
    finally:
        p.second = True
        p.go_back(here)


def is_keyword(text: str) -> bool:
    return text in KEYWORDS
