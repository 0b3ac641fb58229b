"""The server: lets people and programs work with the record, through a documented interface."""
