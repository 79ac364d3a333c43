namespace CloudBackup.Storage.S3;

/// <summary>An answer that says nothing that S3 could say: from another program, or cut, or made to do harm.</summary>
/// <param name="status">The status that came with it.</param>
/// <param name="what">What came in place of an answer, as the object of "answered with".</param>
/// <param name="isForeign">Whether it is of another program, such as a web console, so that the address is likely to be wrong.</param>
internal sealed class UnreadableAnswerException(int status, string what, bool isForeign) : Exception($"{status} with {what}")
{
    /// <summary>Whether it is of another program.</summary>
    public bool IsForeign { get; } = isForeign;
}
