"""How users of the page authenticate: they paste a key into it, which needs no script or endpoint of its own."""

from flask import Blueprint

from .files import send as send_page

__all__ = ["SCRIPTS", "blueprints", "send_page"]

SCRIPTS: tuple[str, ...] = ()
blueprints: tuple[Blueprint, ...] = ()
