namespace CloudBackup.Retention;

/// <summary>
/// Weighs backups by a policy. Pure: the same backups, rules and time give the same verdicts, in whatever order the backups come, and
/// weighing what is kept once more keeps all of it. Takes time in proportion to the number of backups (and of what they depend on), and
/// of sorting them where they do not come sorted.
/// </summary>
internal static class RetentionEvaluator
{
    /// <summary>Weighs all backups of a site. The verdicts come newest first.</summary>
    public static IReadOnlyList<RetentionVerdict> Evaluate(IEnumerable<RetentionItem> items, RetentionRules rules)
    {
        var sorted = Sort(items);
        var owners = new Dictionary<BackupOwner, OwnerRetention>();
        var places = new OwnerRetention[sorted.Count];
        for (var i = 0; i < places.Length; i++)
        {
            if (!owners.TryGetValue(sorted[i].Owner, out var owner))
            {
                owners.Add(sorted[i].Owner, owner = new OwnerRetention(sorted[i].Owner, rules));
            }
            owner.Add(sorted[i]);
            places[i] = owner;
        }
        // The platform's come first: what a kept one depends on is kept as well.
        var references = References([]);
        if (owners.Remove(BackupOwner.Platform, out var platform))
        {
            platform.Weigh(references);
            references = References(platform.Verdicts.Where(verdict => verdict.IsKept)
                .Select(verdict => new RetentionHolder(verdict.Item.Id, verdict.Item.IsTrusted, verdict.Item.DependsOn)));
        }
        foreach (var owner in owners.Values)
        {
            owner.Weigh(references);
        }
        return [.. places.Select(owner => owner.TakeNext())];
    }

    /// <summary>Weighs the backups of one owner. The verdicts come newest first.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="items">Its backups.</param>
    /// <param name="references">What <see cref="References"/> says of the platform backups that stay.</param>
    /// <param name="rules">What the backups are weighed with.</param>
    public static IReadOnlyList<RetentionVerdict> EvaluateOwner(
        BackupOwner owner, IEnumerable<RetentionItem> items, IReadOnlyDictionary<string, List<RetentionHolder>> references, RetentionRules rules)
    {
        var weighing = new OwnerRetention(owner, rules);
        Sort(items).ForEach(weighing.Add);
        weighing.Weigh(references);
        return [.. weighing.Verdicts];
    }

    /// <summary>For each backup that some platform backups stand on, these.</summary>
    public static IReadOnlyDictionary<string, List<RetentionHolder>> References(IEnumerable<RetentionHolder> holders)
    {
        var references = new Dictionary<string, List<RetentionHolder>>(StringComparer.Ordinal);
        foreach (var holder in holders)
        {
            foreach (var id in holder.DependsOn)
            {
                if (!references.TryGetValue(id, out var by))
                {
                    references.Add(id, by = []);
                }
                by.Add(holder);
            }
        }
        return references;
    }

    /// <summary>Newest first; equal times by id, so that the order of the input never matters.</summary>
    private static List<RetentionItem> Sort(IEnumerable<RetentionItem> items)
    {
        var list = items.ToList();
        var isSorted = true;
        for (var i = 1; i < list.Count && isSorted; i++)
        {
            isSorted = Compare(list[i - 1], list[i]) <= 0;
        }
        if (!isSorted)
        {
            list.Sort(Compare);
        }
        return list;
    }

    private static int Compare(RetentionItem one, RetentionItem other)
    {
        var byTime = other.Created.CompareTo(one.Created);
        return byTime != 0 ? byTime : string.CompareOrdinal(one.Id, other.Id);
    }
}
