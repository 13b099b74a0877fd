"""The runner of the benchmarks: what counts as a figure, and how figures are shown."""

import json
import re

from tools.bench import chosen, parse, table

FIGURE = {
    "name": "sale commit p50",
    "value": 0.53123,
    "unit": "ms",
    "reference": "one raw SQLite transaction",
    "reference_value": 0.4971,
    "ratio": 1.0686,
}


def test_complete_json_lines_are_figures_and_the_rest_is_passed_on():
    output = f"warming up\n{json.dumps(FIGURE)}\n[1, 2]\n{json.dumps({'name': 'half'})}\n"

    figures, rest = parse(output)

    assert figures == [FIGURE]
    assert rest == ["warming up", "[1, 2]", '{"name": "half"}']


def test_the_table_has_a_header_and_four_significant_digits():
    header, row = table([FIGURE])

    assert header.split() == ["name", "value", "unit", "ratio", "reference_value", "reference"]
    assert re.split(r" {2,}", row) == [
        "sale commit p50",
        "0.5312",
        "ms",
        "1.069",
        "0.4971",
        "one raw SQLite transaction",
    ]
    assert row.index("0.5312") == header.index("value")


def test_nothing_measured_is_no_table():
    assert table([]) == []


def test_an_unknown_name_chooses_nothing():
    assert chosen(["no_such_benchmark"]) == []
