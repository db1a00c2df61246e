"""What every part of a scenario file has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Identifier", "Part", "Share", "Source", "Text"]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name used as a key: lower case letters, digits and `_`, at most 40 characters."""

Text = Annotated[str, Field(min_length=1, max_length=2000)]
"""A plain sentence or title for people to read."""

Source = Annotated[str, Field(min_length=3, max_length=400)]
"""Where a figure or a sign comes from, or the words "our assumption"."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share or probability in [0, 1]."""


class Part(BaseModel):
    """A frozen piece of a scenario: unknown keys and wrong types are errors."""

    # Not `use_attribute_docstrings`, which reads and parses every source at import; `schema` does that when it is asked for.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
