namespace CloudBackup.Formats.Lines;

/// <summary>A line of a file that is written and read in order, in constant memory.</summary>
/// <typeparam name="TSelf">The kind of line.</typeparam>
internal interface ILine<TSelf>
    where TSelf : ILine<TSelf>
{
    /// <summary>What lines are ordered by.</summary>
    string Path { get; }

    /// <summary>How many characters it holds in memory.</summary>
    int Characters => Path.Length;

    /// <summary>Writes the line.</summary>
    void Write(LineEncoder encoder);

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineFileException">The bytes are damaged.</exception>
    static abstract TSelf Read(ref LineDecoder decoder);
}
