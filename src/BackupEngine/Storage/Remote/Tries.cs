namespace CloudBackup.Storage.Remote;

/// <summary>How often a request may be sent.</summary>
internal enum Tries
{
    /// <summary>For as long as that makes sense.</summary>
    Many,

    /// <summary>Until any answer comes, also one that is not understood: it may be one of success, and another try would begin another thing.</summary>
    UntilAnswered,

    /// <summary>Once, because you wait for the end.</summary>
    One,
}
