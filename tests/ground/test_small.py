"""Small groups stay hidden, and cannot be reckoned from what stands beside them."""

from __future__ import annotations

import itertools

from ground.small import LEAST, crossed, is_small, shown


def test_what_is_no_small_group_is_shown():
    assert shown([0, 5, 12]).parts == (0, 5, 12)
    assert shown([0, 5, 12]).total == 17
    assert shown([]).total == 0


def test_one_small_part_hides_the_smallest_other_one():
    found = shown([3, 20, 9, 0])
    assert (found.parts, found.total) == ((None, 20, None, 0), 32)


def test_two_small_parts_that_together_are_no_group_hide_a_third():
    assert shown([1, 2, 30, 9]).parts == (None, None, 30, None)
    assert shown([3, 2, 30, 9]).parts == (None, None, 30, 9)


def test_a_small_sum_is_hidden_with_its_parts():
    found = shown([0, 1, 3])
    assert (found.parts, found.total) == ((0, None, None), None)


def test_a_small_part_alone_beside_nothing_hides_the_whole():
    assert shown([4]).total is None
    assert shown([4, 0]).parts == (None, 0)


def test_no_hidden_part_follows_from_the_others():
    """All tables of three parts up to 12: what is hidden could be at least two things, none of them for certain small alone."""
    for parts in itertools.product(range(13), repeat=3):
        found = shown(parts)
        gone = [part for part, seen in zip(parts, found.parts, strict=True) if seen is None]
        assert not any(is_small(part) for part in found.parts if part is not None)
        if gone and found.total is not None:
            assert len(gone) >= 2
            assert sum(gone) >= LEAST


def test_a_cross_table_hides_all_four_fields_for_one():
    assert crossed(20, 8, 100, 9).did == 8
    assert crossed(20, 8, 100, 9).other_did == 9
    for size, did, other, other_did in [(20, 3, 100, 9), (20, 18, 100, 9), (20, 8, 100, 2), (20, 8, 100, 99)]:
        found = crossed(size, did, other, other_did)
        assert (found.size, found.did, found.other_size, found.other_did) == (size, None, other, None)


def test_a_small_group_has_no_size():
    assert crossed(4, 0, 100, 50).size is None
