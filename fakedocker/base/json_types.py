"""Names for what JSON decodes to where no shape is known beforehand: documents of users, answers of an API of any version."""

from __future__ import annotations

from typing import Any

Json = Any
"""None, bool, int, float, str, or a list or dict of such. Not written down as a recursive type, as every use would have
to say again what the document's own schema says."""
JsonObject = dict[str, Json]
"""A JSON object by its keys."""
