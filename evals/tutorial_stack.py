"""The yardstick: LangChain's retrieval tutorial, plainly: 1,000-character chunks, MiniLM, Chroma, top 4.

`python -m evals.tutorial_stack build FOLDER` once, then `python -m evals.tutorial_stack ask FOLDER "a question"`.
Needs the extra `bench`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chatbot.config import Settings
from index.models import find_model

Nearest = Callable[[str, int], list[str]]
"""(question, how many chunks) -> the articles the nearest chunks are from, best first."""


@cache
def _model() -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=str(find_model("").folder))


def _store(folder: Path) -> Any:
    from langchain_chroma import Chroma

    return Chroma(collection_name="tutorial", embedding_function=_model(), persist_directory=str(folder))


def build(folder: Path, texts: Mapping[str, str]) -> int:
    """Chunk, embed and store texts by their article's id; return how many chunks."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [Document(text, metadata={"article": article}) for article, text in texts.items()]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    _store(folder).add_documents(chunks)
    return len(chunks)


def open_nearest(folder: Path) -> Nearest:
    """Open what was built, to be asked many times."""
    store = _store(folder)

    def nearest(question: str, count: int) -> list[str]:
        return [document.metadata["article"] for document in store.similarity_search(question, k=count)]

    return nearest


def keep_offline() -> None:
    """A measurement must not wait for a network that may be missing; call before the first search."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "LANGSMITH_TRACING": "false"}


def _article_files() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in Settings().articles.glob("*.md")}


def ask(folder: Path, question: str) -> str:
    """Return the text of the four nearest chunks."""
    return "\n\n".join(document.page_content for document in _store(folder).similarity_search(question, k=4))


def main() -> None:
    """Run `build` or `ask` from the command line."""
    keep_offline()
    match sys.argv[1:]:
        case ["build", folder]:
            print(build(Path(folder), _article_files()), "chunks")
        case ["ask", folder, question]:
            print(ask(Path(folder), question))
        case _:
            sys.exit("usage: python -m evals.tutorial_stack build FOLDER | ask FOLDER QUESTION")


if __name__ == "__main__":
    main()
