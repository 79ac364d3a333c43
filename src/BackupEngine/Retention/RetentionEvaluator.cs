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
        var groups = new Dictionary<RetentionGroup, GroupRetention>();
        var places = new GroupRetention[sorted.Count];
        for (var i = 0; i < places.Length; i++)
        {
            if (!groups.TryGetValue(sorted[i].Group, out var group))
            {
                groups.Add(sorted[i].Group, group = new GroupRetention(sorted[i].Group, rules));
            }
            group.Add(sorted[i]);
            places[i] = group;
        }
        // The platform's come first: what a kept one stands on is kept as well.
        var references = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        if (groups.TryGetValue(RetentionGroup.Platform, out var platform))
        {
            platform.Weigh(references);
            CollectReferences(platform, references);
        }
        foreach (var group in groups.Values.Where(group => group != platform))
        {
            group.Weigh(references);
        }
        return [.. places.Select(group => group.TakeNext())];
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

    private static void CollectReferences(GroupRetention platform, Dictionary<string, List<string>> references)
    {
        foreach (var verdict in platform.Verdicts.Where(verdict => verdict.IsKept))
        {
            foreach (var id in verdict.Item.DependsOn)
            {
                if (!references.TryGetValue(id, out var by))
                {
                    references.Add(id, by = []);
                }
                by.Add(verdict.Item.Id);
            }
        }
    }
}
