"""The yardstick: LangChain's retrieval tutorial, plainly: 1,000-character chunks, MiniLM, Chroma, top 4.

`python -m evals.tutorial_stack build FOLDER` once, then `python -m evals.tutorial_stack ask FOLDER "a question"`.
Needs the extra `bench`.
"""

import os
import sys
from pathlib import Path
from typing import Any

from chatbot.config import Settings
from index.models import find_model


def _store(folder: Path) -> Any:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    model = HuggingFaceEmbeddings(model_name=str(find_model("").folder))
    return Chroma(collection_name="tutorial", embedding_function=model, persist_directory=str(folder))


def build(folder: Path, articles: Path) -> int:
    """Chunk, embed and store the articles; return how many chunks."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [Document(path.read_text("utf-8"), metadata={"article": path.stem}) for path in articles.glob("*.md")]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    _store(folder).add_documents(chunks)
    return len(chunks)


def ask(folder: Path, question: str) -> str:
    """Return the text of the four nearest chunks."""
    return "\n\n".join(document.page_content for document in _store(folder).similarity_search(question, k=4))


def main() -> None:
    """Run `build` or `ask` from the command line."""
    # The measurement must not wait for a network that may be missing.
    os.environ |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "LANGSMITH_TRACING": "false"}
    match sys.argv[1:]:
        case ["build", folder]:
            print(build(Path(folder), Settings().articles), "chunks")
        case ["ask", folder, question]:
            print(ask(Path(folder), question))
        case _:
            sys.exit("usage: python -m evals.tutorial_stack build FOLDER | ask FOLDER QUESTION")


if __name__ == "__main__":
    main()
