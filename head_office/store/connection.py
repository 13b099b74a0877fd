"""A connection on which a statement that comes again costs little more than the driver does.

SQLAlchemy finds out at every execution what a statement is. Of one that is written once, in a module, the answer never
changes: it is kept. Whatever is not plain goes SQLAlchemy's own way, and so does everything while somebody listens.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

Values: TypeAlias = Mapping[str, Any]
Plain: TypeAlias = "sa.Select[Any] | sa.Update | sa.Delete | sa.TextClause"
_PLAIN = (sa.Select, sa.Update, sa.Delete, sa.TextClause)


class Answer(IteratorResult[Any]):
    """The rows of a statement, or how many it changed."""

    rowcount = -1


class Plan:
    """What a statement is to the driver: its text, how its values go there, and how its rows come back."""

    def __init__(self, statement: Plain, names: Sequence[str], on: sa.Dialect) -> None:
        compiled = statement.compile(dialect=on, column_keys=[])
        assert isinstance(compiled, SQLCompiler)
        asked = [name for bind, name in compiled.bind_names.items() if bind.required]
        written = compiled.construct_expanded_state(dict.fromkeys(asked))
        self.text, self._order, values = written.statement, written.positiontup, written.parameters
        self._fixed = {name: value for name, value in values.items() if name not in asked}
        senders = {name: bind.type.dialect_impl(on).bind_processor(on) for bind, name in compiled.bind_names.items()}
        self._senders = {name: send for name, send in senders.items() if send is not None and name in values}
        columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
        readers = [column.type.dialect_impl(on).result_processor(on, None) for column in columns]
        assert len(readers) in (0, len(names)), (self.text, names)
        self.columns = SimpleResultMetaData(names, _processors=readers or None)

    def bound(self, given: Values) -> Any:  # noqa: ANN401 - as drivers take them
        """Return the statement's values: those that it always has, and those that are given."""
        values = {**self._fixed, **given}
        for name, send in self._senders.items():
            values[name] = send(values[name])
        return values if self._order is None else tuple(values[name] for name in self._order)


class Plans:
    """The plans of statements that came more than once; one that is made for an occasion leaves no trace."""

    def __init__(self) -> None:
        self._plans: WeakKeyDictionary[sa.Executable, Plan] = WeakKeyDictionary()
        self._seen: WeakSet[sa.Executable] = WeakSet()
        self.of = self._plans.get

    def note(self, statement: sa.Executable, answer: sa.CursorResult[Any], on: sa.Dialect) -> None:
        """Plan a plain statement that has come before."""
        if not isinstance(statement, _PLAIN) or statement in self._plans:
            return
        if statement in self._seen:
            names = list(answer.keys()) if answer.returns_rows else ()
            self._plans[statement] = Plan(statement, names, on)
        else:
            self._seen.add(statement)


@cache
def plans_of(_dialect: str) -> Plans:
    """Return the plans for a dialect: they depend on nothing else, so that all databases of a process share them."""
    return Plans()


class Connection(sa.Connection):
    """A connection of a database, which knows what its statements are."""

    def __init__(self, engine: sa.Engine, plans: Plans) -> None:
        super().__init__(engine)
        self._plans = plans

    def execute(self, statement: sa.Executable, parameters: Any = None, *, execution_options: Any = None) -> Any:  # noqa: ANN401 - as overridden
        """Execute a statement, by its plan if it has one."""
        plan = self._plans.of(statement)
        if plan is None or not self._is_quiet():
            answer = super().execute(statement, parameters, execution_options=execution_options)
            self._plans.note(statement, answer, self.dialect)
            return answer
        many = isinstance(parameters, list)
        values = [plan.bound(each) for each in parameters] if many else plan.bound(parameters or {})
        return self._run(plan.text, values, plan.columns)

    def exec_driver_sql(self, statement: str, parameters: Any = None, execution_options: Any = None) -> Any:  # noqa: ANN401 - see above
        """Execute a statement in the driver's own words."""
        if not self._is_quiet():
            return super().exec_driver_sql(statement, parameters, execution_options)
        return self._run(statement, () if parameters is None else parameters, None)

    def _is_quiet(self) -> bool:
        """Say whether a transaction is under way, and nobody listens."""
        inner = self._nested_transaction or self._transaction
        is_heard = self._has_events or self.engine._has_events  # noqa: SLF001 - as SQLAlchemy's connection asks
        return inner is not None and inner.is_active and not is_heard

    def _run(self, text: str, values: Any, columns: SimpleResultMetaData | None) -> Answer:  # noqa: ANN401 - see above
        cursor = self.connection.cursor()
        try:
            run = cursor.executemany if isinstance(values, list) else cursor.execute
            run(text, values)
            about, count = cursor.description or (), cursor.rowcount
            rows = cursor.fetchall() if about else ()
        except self.engine.dialect.loaded_dbapi.Error as error:
            self._handle_dbapi_exception(error, text, values, cursor, None)
        cursor.close()
        answer = Answer(columns or SimpleResultMetaData([column[0] for column in about]), iter(rows))
        answer.rowcount = count
        return answer
