namespace CloudBackup.HelpBuilder;

/// <summary>Something in a page that is not so, written as compilers write it, so that builds and editors show its place.</summary>
/// <param name="File">The page.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Message">What is wrong, and what to do.</param>
internal sealed record Problem(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line}): error HELP1: {Message}";
}
