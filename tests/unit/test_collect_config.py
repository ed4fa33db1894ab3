import pytest
from pydantic import ValidationError

from models.collect import CollectConfig, Directory, Documents, GitCheckout, InstalledPackages


def test_the_kind_of_a_source_chooses_its_class() -> None:
    config = CollectConfig.model_validate(
        {
            "sources": [
                {"kind": "installed_packages"},
                {"kind": "directory", "path": "s3://bucket/prefix"},
                {"kind": "git", "path": "/srv/repo"},
                {"kind": "documents", "path": "rows.parquet"},
            ]
        }
    )
    assert [type(source) for source in config.sources] == [
        InstalledPackages,
        Directory,
        GitCheckout,
        Documents,
    ]
    assert CollectConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "sources"),
        ({"sources": []}, "sources"),
        ({"sources": [{"kind": "directory"}]}, "sources.0.directory.path"),
        ({"sources": [{"kind": "directory", "path": ""}]}, "sources.0.directory.path"),
        ({"sources": [{"kind": "directory", "path": "x", "star": 1}]}, "sources.0.directory.star"),
        ({"sources": [{"kind": "tape", "path": "x"}]}, "sources.0"),
        ({"sources": [{"kind": "git", "path": "x", "stars": -1}]}, "sources.0.git.stars"),
    ],
)
def test_a_wrong_source_is_named_by_its_dotted_path(value: object, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CollectConfig.model_validate(value)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [field]


def test_where_the_bytes_came_from_is_no_part_of_the_identity() -> None:
    here = CollectConfig(sources=(Directory(path="/here"),), as_of="2026-01-01")
    there = CollectConfig(sources=(Directory(path="/there"),), as_of="2026-02-01")
    assert here.identity() == there.identity()
    smaller = CollectConfig(sources=here.sources, max_file_bytes=1)
    assert smaller.identity() != here.identity()
