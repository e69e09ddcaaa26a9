"""Which methods of a class scripts may call."""

from __future__ import annotations

from functools import cache

from devicegen.engine.language.world import Signature, signature_of


@cache
def _open_methods(kind: type) -> dict[str, str]:
    """Lower-case script name of each open method, to the attribute's name."""
    return {
        attribute.replace("_", "").lower(): attribute
        for attribute in dir(kind)
        if getattr(getattr(kind, attribute, None), "open_to_scripts", False)
    }


def methods_of(kind: type) -> list[str]:
    """Names of the methods that scripts may call on a value of this type."""
    return sorted(_open_methods(kind))


@cache
def find_method(kind: type, name: str) -> tuple[str, Signature] | None:
    """Attribute and signature of a method, None where there is none of that name."""
    attribute = _open_methods(kind).get(name.lower())
    if attribute is None:
        return None
    return attribute, signature_of(getattr(kind, attribute))
