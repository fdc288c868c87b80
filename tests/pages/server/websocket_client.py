"""A program that does over Streamlit's websocket what a page in a browser does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from websockets.sync.client import ClientConnection, connect


class Client:
    """A session of pages, as a browser has one.

    Parameters
    ----------
    socket : ClientConnection
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page, self._query = "", ""
        self._states: WidgetStates = WidgetStates()
        self.shown: list[Element] = []
        self._fragment = ""

    def open(self, page: str, query: str = "") -> None:
        """Open a page by its path."""
        self._page, self._query = page, query
        self._run()

    def choose_first_row(self, key: str) -> None:
        """Choose the first row of the table whose key begins so."""
        state = self._states.widgets.add()
        state.id = next(one.dataframe.id for one in self.shown if key in one.dataframe.id)
        state.string_value = json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}})
        self._run()

    def press(self, label: str) -> None:
        """Press a button by what it says."""
        button = next(one.button for one in self.shown if one.button.label == label)
        state = self._states.widgets.add()
        state.id, state.trigger_value = button.id, True
        self._run(self._fragment)
        self._states.widgets.pop()

    def _run(self, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.page_name = self._page
        message.rerun_script.query_string = self._query
        message.rerun_script.widget_states.CopyFrom(self._states)
        message.rerun_script.fragment_id = fragment
        self._socket.send(message.SerializeToString())
        self.shown, self._fragment = [], ""
        while True:
            told = ForwardMsg.FromString(self._socket.recv(60))
            kind = told.WhichOneof("type")
            if kind == "delta" and told.delta.WhichOneof("type") == "new_element":
                self.shown.append(told.delta.new_element)
                self._fragment = told.delta.fragment_id or self._fragment
            elif kind == "script_finished":
                return


@contextmanager
def client(port: int, host: str, origin: str | None, prefix: str = "") -> Iterator[Client]:
    """Open a session at a port of this machine under any Host and Origin.

    Raises
    ------
    websockets.exceptions.InvalidStatus
        If the server does not accept it.
    """
    address = f"ws://{host}{prefix}/_stcore/stream"
    with (
        create_connection(("127.0.0.1", port)) as line,
        connect(address, origin=origin, subprotocols=["streamlit"], sock=line, proxy=None) as socket,
    ):
        yield Client(socket)
