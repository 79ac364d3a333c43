using System.Globalization;

namespace CloudBackup.Retention;

/// <summary>
/// Weighs the backups of one owner, newest first. In order: what is no backup goes; what is referenced, preserved, young enough or of a
/// wrong clock stays; what is left fills the places of the counting rules, each rule for itself; the latest one stays in any case.
/// </summary>
internal sealed class OwnerRetention(BackupOwner owner, RetentionRules rules)
{
    private const int Untrusted = 0;
    private const int Matched = 1;
    private const int Trusted = 2;

    private static readonly string[] OutsidePolicy = [RetentionReasons.OutsidePolicy];

    private readonly string _within = rules.Policy.KeepWithin is { } age ? RetentionPolicyText.WriteAge(age) : "";
    private readonly List<RetentionItem> _items = [];
    private List<string>?[] _keep = [];
    private bool _countsUnproven;
    private string?[] _remove = [];
    private int _next;

    /// <summary>The verdicts, newest backup first; only after <see cref="Weigh"/>.</summary>
    public IEnumerable<RetentionVerdict> Verdicts => Enumerable.Range(0, _items.Count).Select(VerdictOf);

    /// <summary>Adds a backup that is not newer than those before.</summary>
    public void Add(RetentionItem item) => _items.Add(item);

    /// <summary>The verdict of the next backup, in the order they were added.</summary>
    public RetentionVerdict TakeNext() => VerdictOf(_next++);

    /// <summary>Weighs all backups of the owner.</summary>
    /// <param name="references">For backups that kept platform backups stand on, these.</param>
    public void Weigh(IReadOnlyDictionary<string, List<RetentionHolder>> references)
    {
        _keep = new List<string>?[_items.Count];
        _remove = new string?[_items.Count];
        var candidates = new List<int>();
        for (var i = 0; i < _items.Count; i++)
        {
            _remove[i] = WhyToRemove(_items[i]);
            if (_remove[i] is null && !KeepForItself(i, references))
            {
                candidates.Add(i);
            }
        }
        var local = candidates.ConvertAll(i => TimeZoneInfo.ConvertTime(_items[i].Created, rules.Zone));
        var inAnyCase = Array.ConvertAll(_keep, reasons => reasons?.ToList());
        KeepByPolicy(candidates, local);
        if (Enumerable.Range(0, _items.Count).Any(IsUnproven))
        {
            KeepUnproven(inAnyCase, candidates, local);
        }
    }

    private void KeepByPolicy(List<int> candidates, List<DateTimeOffset> local)
    {
        foreach (var rule in PeriodRule.Of(rules.Policy))
        {
            Fill(rule, candidates, local);
        }
        KeepLatest();
    }

    private static int StandingOf(RetentionItem item) => item.IsTrusted ? Trusted : item.IsMatched ? Matched : Untrusted;

    private static string? WhyToRemove(RetentionItem item) => item switch
    {
        { IsForeign: true } => null,
        { State: BackupState.Failed } => RetentionReasons.Failed,
        { State: BackupState.Removing } => RetentionReasons.Removing,
        { State: BackupState.Creating, IsRunLive: false } => RetentionReasons.CreatingTooLong,
        _ => null,
    };

    /// <summary>Keeps what stays whatever the others are. False for what the counting rules decide on.</summary>
    private bool KeepForItself(int i, IReadOnlyDictionary<string, List<RetentionHolder>> references)
    {
        var item = _items[i];
        var reasons = new List<string>();
        if (item.IsForeign)
        {
            reasons.Add(RetentionReasons.Foreign);
        }
        if (item.State == BackupState.Creating)
        {
            reasons.Add(RetentionReasons.Creating);
        }
        if (item.PreserveUntil is { } until && until > rules.Now)
        {
            reasons.Add(RetentionReasons.Preserved(until));
        }
        if (IsFuture(item))
        {
            reasons.Add(RetentionReasons.Future);
        }
        else if (rules.Policy.KeepWithin is { } within && (within == RetentionPolicy.ForEver || rules.Now - item.Created <= within))
        {
            reasons.Add(_within);
        }
        var isDecided = reasons.Count > 0;
        // A referenced backup can fill a place as well: it will not always be referenced.
        if (references.TryGetValue(item.Id, out var by) && by.FindAll(holder => holder.IsTrusted || !item.IsTrusted) is { Count: > 0 } holders)
        {
            reasons.Insert(0, RetentionReasons.ReferencedBy(holders.Select(holder => holder.Id)));
        }
        _keep[i] = reasons.Count > 0 ? reasons : null;
        return isDecided;
    }

    /// <summary>
    /// Keeps the newest backup of each of the newest periods that have a Ready one. A Partial one never takes a Ready one's place: it is
    /// kept only for a period, among these, that has no Ready one, and without using up a place of theirs. Untrusted ones get the places
    /// that trusted ones leave: those that a restored catalog knew, and as many of the others, so that neither push out the other ones.
    /// </summary>
    private void Fill(PeriodRule rule, List<int> candidates, List<DateTimeOffset> local)
    {
        var (trusted, trustedPartial) = (new HashSet<long>(), new HashSet<long>());
        foreach (var standing in (int[])[Trusted, Matched, Untrusted])
        {
            var ready = standing == Trusted ? trusted : [.. trusted];
            var partial = standing == Trusted ? trustedPartial : [.. trustedPartial];
            var end = ready.Count < rule.Count ? candidates.Count : 0;
            for (var c = 0; c < end; c++)
            {
                if (IsOf(c, standing) && IsReady(candidates[c]) && ready.Add(rule.PeriodOf(c, local[c])))
                {
                    Keep(candidates[c], rule.Word, ready.Count);
                    end = ready.Count == rule.Count ? c : end;
                }
            }
            for (var c = 0; c < end && partial.Count < rule.Count; c++)
            {
                if (IsOf(c, standing) && _items[candidates[c]].State == BackupState.Partial
                    && rule.PeriodOf(c, local[c]) is var period && !ready.Contains(period) && partial.Add(period))
                {
                    Keep(candidates[c], $"{rule.Word}-partial", partial.Count);
                }
            }
        }

        bool IsOf(int c, int standing) => StandingOf(_items[candidates[c]]) == standing;
    }

    /// <summary>
    /// Registered apps and the platform never lose their last good backup, or, without one, their last incomplete one and the last that is not
    /// trusted.
    /// </summary>
    private void KeepLatest()
    {
        if (MayLoseAll)
        {
            return;
        }
        if (!KeepLatest(i => _items[i].IsTrusted && IsReady(i)))
        {
            KeepLatest(i => _items[i].IsTrusted && HoldsData(i));
            KeepLatest(i => StandingOf(_items[i]) == Matched && IsReady(i));
            _ = KeepLatest(i => !_items[i].IsTrusted && IsReady(i)) || KeepLatest(i => !_items[i].IsTrusted && HoldsData(i));
        }
    }

    /// <summary>
    /// Absence is not proof: keeps what the policy would keep as well if the storage showed every part of the Ready backups. These take no
    /// place of the others.
    /// </summary>
    private void KeepUnproven(List<string>?[] inAnyCase, List<int> candidates, List<DateTimeOffset> local)
    {
        var shown = _keep;
        _keep = inAnyCase;
        _countsUnproven = true;
        KeepByPolicy(candidates, local);
        _countsUnproven = false;
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] ??= _keep[i] is null ? null : IsUnproven(i) ? [RetentionReasons.Incomplete] : _keep[i];
        }
        _keep = shown;
    }

    /// <summary>Keeps the one with the latest time stamp and the one that was made last, when a clock was behind.</summary>
    /// <returns>Whether there is one.</returns>
    private bool KeepLatest(Predicate<int> isWanted)
    {
        var wanted = Enumerable.Range(0, _items.Count).Where(i => IsLatestCandidate(i) && isWanted(i)).ToList();
        if (wanted.Count > 0)
        {
            _keep[wanted[0]] ??= [RetentionReasons.Latest];
            _keep[wanted.MaxBy(RankOf)] ??= [RetentionReasons.Latest];
        }
        return wanted.Count > 0;
    }

    private DateTimeOffset RankOf(int i)
    {
        var item = _items[i];
        var after = NewestBackup.Later(item.MadeAfter, item.MadeAfterAlso, rules.Now, rules.ClockTolerance);
        return NewestBackup.Rank(item.Created, after, rules.Now, rules.ClockTolerance);
    }

    // One with a wrong time stamp is not known to be the latest; it is kept anyway.
    private bool IsLatestCandidate(int i) => !_items[i].IsForeign && !IsFuture(_items[i]);

    private bool HoldsData(int i) => _items[i].State is BackupState.Ready or BackupState.Partial;

    private bool MayLoseAll => owner.AppId is { } app && !rules.RegisteredApps.Contains(app);

    private bool IsUnproven(int i) => _items[i] is { State: BackupState.Ready, IsWhole: false };

    private bool IsReady(int i) => _items[i].State == BackupState.Ready && (_items[i].IsWhole || _countsUnproven);

    private bool IsFuture(RetentionItem item) => item.Created - rules.Now > rules.ClockTolerance;

    private void Keep(int i, string word, int number) =>
        (_keep[i] ??= []).Add(string.Create(CultureInfo.InvariantCulture, $"{word}-{number}"));

    private RetentionVerdict VerdictOf(int i) => _remove[i] is { } why
        ? new RetentionVerdict(_items[i], false, [why])
        : new RetentionVerdict(_items[i], _keep[i] is not null, _keep[i] ?? (IReadOnlyList<string>)OutsidePolicy);
}
