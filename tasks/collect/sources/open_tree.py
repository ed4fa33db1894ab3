"""Finds the tree at a local path or an fsspec URL."""

import os
from typing import Any
from urllib.parse import urlsplit

import fsspec

from tasks.collect.sources.local_tree import LocalTree
from tasks.collect.sources.remote_tree import RemoteTree
from tasks.collect.sources.tree import Tree
from tasks.runtime.errors import SourceError


def open_tree(path: str, field: str) -> Tree:
    """The tree at a local path or fsspec URL; SourceError, naming the field, when there is none."""
    if not is_url(path):
        root = local_path(path)
        if not os.path.exists(root):
            raise SourceError(f"{field}.path: {path} does not exist")
        return LocalTree(root)
    options: dict[str, Any] = {"use_listings_cache": False} if urlsplit(path).scheme == "s3" else {}
    try:
        fs, root = fsspec.core.url_to_fs(path, **options)
        remote = RemoteTree(fs, str(root).rstrip("/"))
        if not fs.exists(remote.root):
            raise SourceError(f"{field}.path: {path} does not exist")
    except (ValueError, ImportError, OSError) as error:
        raise SourceError(f"{field}.path: {path} cannot be opened: {error}") from error
    return remote


def is_url(path: str) -> bool:
    """True for what only fsspec can open; `file://` is a local path."""
    return "://" in path and not path.startswith("file://")


def local_path(path: str) -> str:
    """The path of a local folder or file, without `file://` and with `~` resolved."""
    return os.path.expanduser(path.removeprefix("file://"))


def absolute_path(path: str) -> str:
    """An absolute local path; a URL as it is."""
    return path if is_url(path) else os.path.abspath(local_path(path))
