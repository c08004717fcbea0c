"""Reads YAML as people mean it: `on`, `off`, `yes` and `no` are words (a key of reviews, Norway), only true and false are not."""

from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):
    """The safe loader without YAML 1.1's surprises."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> Any:
    """Return what `text` holds. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506 - PlainLoader is a SafeLoader
