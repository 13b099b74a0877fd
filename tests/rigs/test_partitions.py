"""One cell of the partition matrix; ``python -m tests.rigs.partitions`` goes through all of it."""

from tests.rigs.partitions import one_cell


def test_after_a_partition_every_queue_drains(tmp_path):
    told = one_cell(tmp_path / "cell", tills=2, sales=5, cut_s=0.5)

    assert (told["stuck"], told["lost_or_doubled"]) == (0, 0)
    assert told["facts"] == 2 * (1 + 3 * 5)
