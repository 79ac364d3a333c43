using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

/// <summary>What a bucket is set up to do with objects that backups do not want.</summary>
internal sealed class BucketWarnings(S3Bucket bucket)
{
    /// <summary>The warnings that concern a folder, each with the way out.</summary>
    public async Task<IReadOnlyList<string>> GetAsync(string folder, CancellationToken cancellationToken)
    {
        var rules = await LookAsync(
            async token => (await bucket.Client.GetLifecycleConfigurationAsync(bucket.Name, token).ConfigureAwait(false)).Configuration?.Rules ?? [],
            cancellationToken).ConfigureAwait(false) ?? [];
        var active = rules.Where(rule => rule.Status == LifecycleRuleStatus.Enabled && Overlaps(PrefixOf(rule), folder)).ToList();
        var warnings = active.Where(DeletesObjects).Select(rule =>
            $"The bucket {bucket.Name} has a lifecycle rule{Named(rule)} that deletes objects {AfterWhat(rule)}: it takes backups away without asking. "
            + "Let the site's retention do that, and narrow or remove the rule.").ToList();
        warnings.AddRange(active.Where(rule => ArchivedTo(rule) is not null).Select(rule =>
            $"The bucket {bucket.Name} has a lifecycle rule{Named(rule)} that moves objects to {ArchivedTo(rule)}: a backup there cannot be tested or "
            + "restored before the store has brought it back, which takes hours. Narrow or remove the rule."));
        var status = await LookAsync(
            async token => (await bucket.Client.GetBucketVersioningAsync(bucket.Name, token).ConfigureAwait(false)).VersioningConfig?.Status?.Value ?? "Off",
            cancellationToken).ConfigureAwait(false);
        if (status == VersionStatus.Enabled.Value && !active.Exists(rule => rule.NoncurrentVersionExpiration?.NoncurrentDays > 0))
        {
            warnings.Add($"The bucket {bucket.Name} is versioned: what is removed is kept as an old version, and billed. "
                + "Add a lifecycle rule that deletes noncurrent versions after some days.");
        }
        return warnings;
    }

    private static string PrefixOf(LifecycleRule rule) => rule.Filter?.LifecycleFilterPredicate switch
    {
        LifecyclePrefixPredicate prefix => prefix.Prefix ?? "",
        LifecycleAndOperator all => all.Operands?.OfType<LifecyclePrefixPredicate>().FirstOrDefault()?.Prefix ?? "",
#pragma warning disable CS0618 // older rules have their prefix there
        _ => rule.Prefix ?? "",
#pragma warning restore CS0618
    };

    private static bool Overlaps(string prefix, string folder) =>
        folder.Length == 0 || prefix.StartsWith(folder + "/", StringComparison.Ordinal) || $"{folder}/".StartsWith(prefix, StringComparison.Ordinal);

    private static bool DeletesObjects(LifecycleRule rule) => rule.Expiration is { } end && (end.Days > 0 || end.Date is not null);

    /// <summary>The class of storage, read only after a request and hours, that a rule moves objects to; null for none.</summary>
    private static string? ArchivedTo(LifecycleRule rule) => (rule.Transitions ?? []).Select(transition => transition.StorageClass?.Value)
        .FirstOrDefault(name => name == S3StorageClass.Glacier.Value || name == S3StorageClass.DeepArchive.Value);

    private static string AfterWhat(LifecycleRule rule) => rule.Expiration.Days is > 0 and var days
        ? $"after {days} days"
        : $"on {rule.Expiration.Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    private static string Named(LifecycleRule rule) => string.IsNullOrEmpty(rule.Id) ? "" : $" '{rule.Id}'";

    /// <summary>Asks for what the least rights do not include, and many stores do not have: no answer is no warning.</summary>
    private async Task<T?> LookAsync<T>(Func<CancellationToken, Task<T>> look, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await bucket.Gate.RunAsync(bucket.Gate.Downloads, "", token => bucket.Answers.AskAsync(look, token), cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            bucket.Context.Log($"Facts about the bucket {bucket.Name} are not to be had: {failure.Message}");
            return null;
        }
    }
}
