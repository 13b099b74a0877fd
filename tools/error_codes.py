"""Read from the source which error codes the terminal can raise, and which facts come with each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ERRORS = frozenset({"Refused", "Unavailable", "Damaged"})


@dataclass(slots=True)
class Module:
    """One parsed file: its text constants, and where its imported names come from."""

    tree: ast.Module
    constants: dict[str, str] = field(default_factory=dict)
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)  # local name -> (module, name there or "")


@dataclass(frozen=True, slots=True)
class Origin:
    """One place that makes an error: ``module:line``, and the facts it gives; None where it passes on a mapping."""

    place: str
    facts: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Codes:
    """``raised``: each code and where it is made. ``unread``: places whose code the source does not tell."""

    raised: dict[str, list[Origin]]
    unread: list[str]

    def told(self, code: str) -> str:
        """Return one line on a code: ``points.short {held, wanted} at module:line``."""
        origins = self.raised.get(code, [])
        facts = sorted(set().union(*(origin.facts or () for origin in origins)))
        return f"{code} {{{', '.join(facts)}}} at {origins[0].place if origins else 'head office or a device'}"


def read_codes(root: Path, package: str = "pos_app") -> Codes:
    """Read every module of ``package`` under ``root``.

    An argument that is someone else's ``.code`` passes an error on and is neither raised here nor unread.
    """
    modules = {name_of(path, root): parse(path) for path in sorted((root / package).rglob("*.py"))}
    raised: dict[str, list[Origin]] = {}
    unread: list[str] = []
    for name, module in modules.items():
        for call, function in error_calls(module.tree):
            place = f"{name}:{call.lineno}"
            for code in values(call.args[0], module, modules, function):
                if code is None:
                    unread.append(place)
                else:
                    raised.setdefault(code, []).append(Origin(place, facts_of(call)))
    return Codes(raised, unread)


def name_of(path: Path, root: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parse(path: Path) -> Module:
    """Parse one file and note its constants and imports, wherever in it they stand."""
    module = Module(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    for statement in module.tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if isinstance(statement.value.value, str):
                for target in targets:
                    if isinstance(target, ast.Name):
                        module.constants[target.id] = statement.value.value
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module.origins.update({a.asname or a.name: (node.module, a.name) for a in node.names})
        elif isinstance(node, ast.Import):
            module.origins.update({a.asname or a.name: (a.name, "") for a in node.names})
    return module


def error_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Give each call that makes one of the three errors, with the function (or module) it stands in."""
    for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        for node in own_nodes(function):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield node, function


def facts_of(call: ast.Call) -> frozenset[str] | None:
    """Return the names of the facts of an error, or None when one of them is a whole mapping."""
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name is not None)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a function without those of the functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from own_nodes(child)


def values(node: ast.expr, module: Module, modules: dict[str, Module], function: ast.AST) -> list[str | None]:
    """Return the codes an argument may stand for; None for one that cannot be told."""
    match node:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp():
            return values(node.body, module, modules, function) + values(node.orelse, module, modules, function)
        case ast.BoolOp():
            return [code for value in node.values for code in values(value, module, modules, function)]
        case ast.Attribute(attr="code"):
            return []
        case ast.Attribute(value=ast.Name(id=name), attr=constant):
            source, inner = module.origins.get(name, ("", ""))
            return [constant_of(modules, f"{source}.{inner}".rstrip("."), constant)]
        case ast.Name(id=name):
            return named(name, module, modules, function)
    return [None]


def named(name: str, module: Module, modules: dict[str, Module], function: ast.AST) -> list[str | None]:
    """Return the codes a bare name may stand for: a constant here or elsewhere, or a local variable."""
    if name in module.constants:
        return [module.constants[name]]
    if name in module.origins:
        return [constant_of(modules, *module.origins[name])]
    return [code for given in assigned(function, name) for code in values(given, module, modules, function)] or [None]


def constant_of(modules: dict[str, Module], source: str, name: str) -> str | None:
    """Return a text constant of another module of the package."""
    return modules[source].constants.get(name) if source in modules else None


def assigned(function: ast.AST, name: str) -> list[ast.expr]:
    """Return what a local variable is set to inside a function."""
    return [
        node.value
        for node in own_nodes(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
