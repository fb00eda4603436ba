"""Results of uploaded pictures, by the digest of what was asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from monitor.store.tables import Analysis


def find(session: Session, digest: str) -> Analysis | None:
    return session.get(Analysis, digest)


def keep(
    session: Session,
    digest: str,
    *,
    result: dict[str, Any],
    picture: bytes,
    user: UUID | None,
    now: datetime,
) -> None:
    """Keep a result, in place of an earlier one of the same digest."""
    session.merge(
        Analysis(digest=digest, created_at=now, result=result, picture=picture, user_id=user)
    )


def newest(session: Session, limit: int) -> Sequence[Analysis]:
    """The newest first, their results and pictures left in the database."""
    query = (
        select(Analysis)
        .options(defer(Analysis.result, raiseload=True), defer(Analysis.picture, raiseload=True))
        .order_by(Analysis.created_at.desc(), Analysis.digest)
        .limit(limit)
    )
    return session.scalars(query).all()


def remove(session: Session, digest: str) -> None:
    session.execute(delete(Analysis).where(Analysis.digest == digest))
