"""The inventory as it stood before the plans of a scan: what rules are judged on to tell old findings from new ones."""

from __future__ import annotations

from iacgate.join import build_inventory
from iacgate.model import Inventory


def before_inventory(inventory: Inventory) -> Inventory:
    """What stood before the changes of all plans, beside what no plan changes; empty where the plans only create."""
    plans = [one for one in inventory.resources if one.category == "plan"]
    stood = [resource for plan in plans for resource in plan.before()]
    if not stood:
        return Inventory()
    roots = {plan.root for plan in plans}
    others = [one for one in inventory.resources if one.root not in roots or one.category not in {"resource", "plan"}]
    return build_inventory([*others, *stood], inventory.documents, whole=inventory.whole, seen=inventory.resources)
