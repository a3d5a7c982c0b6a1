"""The API in Django, with Django REST framework and with Django Ninja."""
