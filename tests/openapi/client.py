"""Call a service with the client generated from its OpenAPI document.

The client is the package `generated` in the working directory.

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
created = create_item.sync(client=client, body=NewItem(name="Created by the client", price=3))
assert isinstance(created, Item)
assert get_item.sync(str(created.id), client=client) == created
listed = list_items.sync(client=client, q="by the client")
assert isinstance(listed, ItemList)
assert created in listed.items
assert delete_item.sync_detailed(str(created.id), client=client).status_code == 204
deleted = get_item.sync(str(created.id), client=client)
assert isinstance(deleted, Problem)
assert deleted.type_ == "/problems/not-found"
rejected = create_item.sync(client=client, body=NewItem(name=""))
assert isinstance(rejected, Problem)
assert [error.pointer for error in rejected.errors] == ["#/name"]
