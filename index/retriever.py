"""The index as a LangChain retriever, for use in a chain of one's own."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from index.passages import Passage

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun as Run
    from langchain_core.retrievers import BaseRetriever

Search = Callable[[str], Sequence[tuple[Passage, float]]]
"""A question to passages with their scores, best first."""


def make_retriever(search: Search) -> "BaseRetriever":
    """Wrap a search; each document's metadata says where its text stands in the stored article."""
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

    def document(passage: Passage, score: float) -> Document:
        place = {"article": passage.article, "title": passage.title, "section": passage.heading}
        offsets = {"start": passage.start, "end": passage.end}
        return Document(passage.text, id=passage.id, metadata={**place, **offsets, "score": score})

    class PassageRetriever(BaseRetriever):
        """Passages of the clinic's articles. The index is read only: documents cannot be added here."""

        def _get_relevant_documents(self, query: str, *, run_manager: "Run") -> list[Document]:
            return [document(passage, score) for passage, score in search(query)]

    return PassageRetriever()
