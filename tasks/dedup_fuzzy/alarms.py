"""What looks wrong in a result of fuzzy deduplication.

Chains of near-duplicates can join what has little in common, and boilerplate can wipe out a repository;
both have gone unnoticed in other pipelines until whole sources were lost.
"""

from collections.abc import Iterable

from models.dedup_fuzzy import DedupFuzzyConfig


def cluster_alarms(config: DedupFuzzyConfig, largest_cluster: int, n_documents: int) -> list[str]:
    """One sentence where the largest cluster is over its threshold, else none."""
    if largest_cluster < config.alarm_min_documents:
        return []
    if largest_cluster <= config.alarm_cluster_share * n_documents:
        return []
    return [
        f"the largest cluster holds {largest_cluster} of {n_documents} documents, more than "
        f"dedup_fuzzy.alarm_cluster_share = {config.alarm_cluster_share}"
    ]


def repository_alarms(config: DedupFuzzyConfig, repos: Iterable[tuple[str, int, int]]) -> list[str]:
    """One sentence for each (repository, documents before, documents removed) over the threshold."""
    return [
        f"repository {repo} loses {n_removed} of {n_documents} documents, more than "
        f"dedup_fuzzy.alarm_removed_share = {config.alarm_removed_share}"
        for repo, n_documents, n_removed in repos
        if n_documents >= config.alarm_min_documents and n_removed > config.alarm_removed_share * n_documents
    ]
