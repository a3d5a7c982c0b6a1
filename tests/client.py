"""Call a service by the client that was generated from its OpenAPI document.

The client is the package `generated` of the working folder.

python client.py ADDRESS CA_FILE HEADER VALUE
"""

import ssl
import sys

from generated import AuthenticatedClient  # type: ignore[import-not-found]
from generated.api.items import create_item, delete_item, get_item, list_items  # type: ignore[import-not-found]
from generated.models import Item, ItemList, NewItem, Problem  # type: ignore[import-not-found]

address, authority, header, value = sys.argv[1:]
client = AuthenticatedClient(
    address,
    token=value,
    prefix="",
    auth_header_name=header,
    verify_ssl=ssl.create_default_context(cafile=authority),
)
made = create_item.sync(client=client, body=NewItem(name="Made by the client", price=3))
assert isinstance(made, Item)
assert get_item.sync(str(made.id), client=client) == made
listed = list_items.sync(client=client, q="by the client")
assert isinstance(listed, ItemList)
assert made in listed.items
assert delete_item.sync_detailed(str(made.id), client=client).status_code == 204
gone = get_item.sync(str(made.id), client=client)
assert isinstance(gone, Problem)
assert gone.type_ == "/problems/not-found"
refused = create_item.sync(client=client, body=NewItem(name=""))
assert isinstance(refused, Problem)
assert [error.pointer for error in refused.errors] == ["#/name"]
