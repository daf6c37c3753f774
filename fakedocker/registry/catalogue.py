"""STUB"""
from fakedocker.registry.model import Manifest
def manifest(path: str, reference: str) -> Manifest | None: return None
def has_repository(path: str) -> bool: return False
def search(term: str) -> list[dict[str, object]]: return []
