using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>What came of a check before a restore.</summary>
public enum CheckOutcome
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>The restore can go on, but something should be known.</summary>
    Warning,

    /// <summary>The restore is refused.</summary>
    Failed,
}

/// <summary>One thing that was looked at before anything is touched.</summary>
/// <param name="Name">What.</param>
/// <param name="Outcome">What came out.</param>
/// <param name="Detail">What was found.</param>
public sealed record RestoreCheck(string Name, CheckOutcome Outcome, string Detail)
{
    /// <summary>The failure, when the restore is refused for it.</summary>
    [JsonIgnore]
    public BackupException? Failure { get; init; }

    /// <summary>A check that did not pass.</summary>
    internal static RestoreCheck Fail(string name, BackupException failure) => new(name, CheckOutcome.Failed, failure.Message) { Failure = failure };

    /// <summary>The check in one line.</summary>
    public override string ToString() => $"{Name}: {Outcome}. {Detail}";
}
