"""Statement after statement of pasted code: what names stand for, which models there are. Nothing is executed."""

import ast
from collections.abc import Sequence
from typing import Any

from lab.export.pasted.draft import Draft
from lab.export.pasted.expressions import LEAVES, bound, entries_of, evaluate
from lab.export.pasted.functions import Function
from lab.export.pasted.models import LAYER_NAMES, MODEL_WORDS, Models, makes_graph, makes_sequential
from lab.export.pasted.parts import Notes, misspelt
from lab.export.pasted.values import Argument, Called, Names, Reference, Tensor, Unknown, is_number, leaves, source
from netcore.callbacks import CALLBACKS
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS, SCHEDULES

DEEP = 8  # functions that call functions
SPLIT, SPLIT_SHARE = "train_test_split", 0.25  # of scikit-learn, and what it keeps apart if it is not told
REGISTRIES = (LAYERS, OPTIMIZERS, LOSSES, SCHEDULES, CALLBACKS)
KNOWN = [name for registry in REGISTRIES for name in registry.names()]
KNOWN += ["Input", "range", "enumerate", "zip", "reversed"]


class Reader:
    """Goes through the statements in order and remembers names and models."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.names = Names()
        self.imported: set[str] = set()
        self.models = Models(self.names, self.imported, self.notes)
        self.variables: dict[Tensor, str] = {}
        self.seed: tuple[int, int] | None = None
        self.apart: tuple[float, int] | None = None  # share of the rows that are not learned from, and the line
        self.lines: list[int] = []  # on which statements begin
        self._functions: list[Function] = []
        self._imports: list[int] = []
        self._depth = 0
        self._called_layers: list[int] = []  # lines on which tensors were made

    def read_all(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            try:
                self.read(statement)
            except RecursionError:
                self.notes.add("error", "paste.syntax", statement.lineno, text="…")
        if self.names.budget.steps < 0 and statements:
            self.notes.add("error", "paste.too_many_steps", statements[-1].lineno)
        if self._imports:
            self.notes.add("note", "paste.imports", self._imports[0], count=len(self._imports))
        for function in self._functions:
            if not function.was_called:
                self._leave_out(function.node)

    def chosen(self) -> Draft | None:
        """The model that the text ends up with."""
        draft = self.models.chosen()
        if self._called_layers and not self.models.has_graph:
            self.notes.add("error", "paste.no_model", self._called_layers[-1])
        return draft

    # --- statements

    def read(self, statement: ast.stmt) -> None:
        if not self.names.budget.spend():
            return
        self.lines.append(statement.lineno)
        match statement:
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                self._imports.append(statement.lineno)
                self.imported.update(one.asname or one.name.split(".")[0] for one in aliases)
                self.names.update({one.asname: Reference(tuple(one.name.split("."))) for one in aliases if one.asname})
            case ast.Assign(targets=[ast.Attribute() as target], value=value):
                self._set(target, value)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value)
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                self._assign([target], value)
            case ast.AugAssign(target=ast.Name() as target, op=operation, value=value):
                both = ast.BinOp(ast.Name(target.id, ast.Load()), operation, value)
                self._assign([target], ast.fix_missing_locations(ast.copy_location(both, statement)))
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass  # a text that stands alone is a comment
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case ast.For() | ast.If() | ast.With() | ast.FunctionDef():
                self._block(statement)
            case _:
                self._leave_out(statement)

    def _assign(self, targets: Sequence[ast.expr], node: ast.expr) -> None:
        value = evaluate(node, self.names)
        if isinstance(value, Called) and (makes_sequential(value) or makes_graph(value)):
            name = targets[0].id if isinstance(targets[0], ast.Name) else "model"
            value = self._new_model(name, value)
        elif isinstance(value, Called) and self._is_model(value.path[0]):
            self.models.method(value)  # history = model.fit(…)
            value = Unknown(node)
        elif isinstance(value, Unknown):
            self._leave_out_unknown(value, node.lineno)
        elif isinstance(value, Called) and value.name == SPLIT:
            self._keep_apart(value)
        elif isinstance(value, Called) and misspelt(value.name, KNOWN) is None:
            self._leave_out_unknown(Unknown(node), node.lineno)
        if leaves(value) > LEAVES:
            value = Unknown(node)
        for target in targets:
            for name, one in (bound(target, value) or {}).items():
                self._name(name, one)

    def _keep_apart(self, called: Called) -> None:
        """scikit-learn's train_test_split: the share of the rows that are not learned from."""
        size = called.argument("test_size")
        share = SPLIT_SHARE if size is None else size.value
        if is_number(share) and 0 < share < 1:
            self.apart = (float(share), called.line)
            self.notes.add("note", "paste.train_test_split", called.line, percent=f"{100 * share:g}")
        else:
            self.notes.add("error", "paste.not_kept", called.line, text=called.text)

    def _name(self, name: str, value: Any) -> None:
        self.names[name] = value.network if isinstance(value, Reference) and value.network is not None else value
        if isinstance(value, Tensor):
            self.variables.setdefault(value, name)
            if value.reads:
                self._called_layers.append(value.line)

    def _is_model(self, name: str) -> bool:
        return isinstance(self.names.get(name), Draft)

    def _new_model(self, name: str, called: Called) -> Draft:
        return (self.models.new_sequential if makes_sequential(called) else self.models.new_graph)(name, called)

    def _set(self, target: ast.Attribute, node: ast.expr) -> None:
        """`model.optimizer.learning_rate = 0.01` between two calls of fit."""
        where = evaluate(target, self.names)
        path = where.path if isinstance(where, Reference) else ()
        argument = Argument(None, evaluate(node, self.names), node)
        if len(path) == 3 and path[1] == "optimizer" and path[2] in ("learning_rate", "lr"):
            if path[2] == "lr":
                values = {"part": "optimizer", "given": "lr", "meant": "learning_rate"}
                self.notes.add("warning", "paste.argument_name", target.lineno, **values)
            self.models.set_rate(path[0], argument.value, argument)
        elif target.attr == "trainable" and argument.value is not True:
            self.notes.add("error", "paste.not_kept", target.lineno, text=f"{source(target)} = {argument.text}")
        else:
            self.notes.add("note", "paste.ignored", target.lineno, text=source(target))

    def _call(self, node: ast.Call) -> None:
        called = evaluate(node, self.names)
        if isinstance(called, Reference) and called.network is not None:
            return  # a function of the code that returns the model it built
        if not isinstance(called, Called):
            self._leave_out(node)
        elif called.name == "set_random_seed" and called.arguments:
            self._seed(called.arguments[0])
        elif len(called.path) == 2 and (self._is_model(called.path[0]) or called.name in MODEL_WORDS):
            self.models.method(called)
        elif makes_sequential(called) or makes_graph(called):
            self._new_model("model", called)  # not kept under a name: taken as the model all the same
        else:
            self._leave_out(node)

    def _seed(self, argument: Argument) -> None:
        if type(argument.value) is int:
            self.seed = (argument.value, argument.line)
        else:
            self.notes.add("error", "paste.unknown_value", argument.line, argument="seed", text=argument.text)

    # --- blocks: those whose course is known without running them

    def _block(self, statement: ast.For | ast.If | ast.With | ast.FunctionDef) -> None:
        match statement:
            case ast.FunctionDef(name=name):
                function = Function(statement, self._run, self.names)
                self._functions.append(function)
                self.names[name] = function
            case ast.With(body=body):
                self._body(body)
            case ast.If():
                branch = self._branch(statement)
                self._leave_out(statement) if branch is None else self._body(branch)
            case ast.For(target=target, iter=series, body=body):
                entries = entries_of(evaluate(series, self.names))
                turns = None if entries is None else [bound(target, entry) for entry in entries]
                if turns is None or None in turns:
                    self._leave_out(statement)
                    return
                for turn in turns:
                    self.names.update(turn or {})
                    self._body(body)

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self.read(statement)

    def _branch(self, statement: ast.If) -> Sequence[ast.stmt] | None:
        """The branch that is taken, if that is known: `if __name__ == "__main__"`, or a condition on numbers."""
        if ast.unparse(statement.test).replace('"', "'") == "__name__ == '__main__'":
            return statement.body
        holds = evaluate(statement.test, self.names)
        return (statement.body if holds else statement.orelse) if isinstance(holds, bool) else None

    def _run(self, function: Function, values: dict[str, Any]) -> Any:
        """What a function returns, read line by line with these arguments; None if it returns nothing that is known."""
        if self._depth >= DEEP:
            return None
        outside = dict(self.names)
        self.names.update(values)
        self._depth += 1
        try:
            return self._returned(function.node.body)
        finally:
            self._depth -= 1
            self.names.clear()
            self.names.update(outside)

    def _returned(self, statements: Sequence[ast.stmt]) -> Any:
        for statement in statements:
            if isinstance(statement, ast.Return):
                if statement.value is None:
                    return None
                value = evaluate(statement.value, self.names)
                if isinstance(value, Called) and (makes_sequential(value) or makes_graph(value)):
                    draft = self._new_model("model", value)
                    return Reference((draft.name,), draft)
                return value
            branch = self._branch(statement) if isinstance(statement, ast.If) else None
            if branch is None:
                self.read(statement)
                continue
            value = self._returned(branch)
            if value is not None:
                return value
        return None

    # --- left out

    def _leave_out(self, node: ast.stmt | ast.expr) -> None:
        inner = any(isinstance(one, ast.stmt) for one in ast.iter_child_nodes(node))
        self._leave_out_unknown(Unknown(node), node.lineno, block=inner)

    def _leave_out_unknown(self, what: Unknown, line: int, *, block: bool = False) -> None:
        """A note; an error where the code left out would have built or trained a model."""
        if not any(self._counts(name) for name in what.calls) or self._is_foreign(what.node):
            self.notes.add("note", "paste.ignored", line, text=what.text)
        elif block:
            self.notes.add("error", "paste.block", line, text=what.text.split(":")[0])
        else:
            self.notes.add("error", "paste.not_understood", line, text=what.text)

    def _counts(self, name: str) -> bool:
        return name in MODEL_WORDS or name in ("Sequential", "Model") or name in LAYER_NAMES

    def _is_foreign(self, node: ast.AST) -> bool:
        """Whether a method is called of something that is no model: scaler.fit(x)."""
        match node:
            case (
                ast.Call(func=ast.Attribute(value=ast.Name(id=name)))
                | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name))))
            ):
                return isinstance(self.names.get(name), Called | Unknown | list | tuple | dict | str | int | float)
        return False
