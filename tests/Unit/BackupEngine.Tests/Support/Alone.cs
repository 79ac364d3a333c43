namespace CloudBackup.Tests.Support;

/// <summary>Tests that run after all others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}
