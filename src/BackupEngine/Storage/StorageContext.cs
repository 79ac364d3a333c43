using CloudBackup.Infrastructure;

namespace CloudBackup.Storage;

/// <summary>What a storage is made with besides its settings.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Random">Randomness.</param>
/// <param name="Log">Takes lines for finding the cause of a problem.</param>
/// <param name="Intercept">Put around each provider's storage, inside all decorators; tests inject failures there.</param>
internal sealed record StorageContext(
    TimeProvider Time, IRandomSource Random, Action<string> Log, Func<IBackupStorage, IBackupStorage> Intercept)
{
    /// <summary>What the site may use.</summary>
    public SiteLimits Limits { get; init; } = new();

    /// <summary>The name and secret that the site was given; null for none.</summary>
    public StorageCredential? Credential { get; init; }

    /// <summary>How many objects a list is asked for at a time; null for as many as the store likes to tell.</summary>
    public int? ListLength { get; init; }

    /// <summary>How long a failing storage is asked again.</summary>
    public RetryOptions Retry { get; init; } = new();
}
