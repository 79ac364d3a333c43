namespace CloudBackup.Storage.Remote;

/// <summary>A stretch of an object that one request fetches, and what its answer tells of the object.</summary>
/// <param name="path">The object.</param>
/// <param name="offset">Where it begins.</param>
/// <param name="length">The bytes that are wanted.</param>
internal sealed class ObjectRange(string path, long offset, long length)
{
    /// <summary>The object.</summary>
    public string Path { get; } = path;

    /// <summary>Where it begins.</summary>
    public long Offset { get; } = offset;

    /// <summary>The bytes that there are; fewer than wanted when the object ends before.</summary>
    public long Length { get; private set; } = length;

    /// <summary>What tells this object from one that replaces it; null before an answer has come.</summary>
    public string? Tag { get; set; }

    /// <summary>What the first answer tells of the object.</summary>
    public TaskCompletionSource<(long ObjectLength, string Tag)> Head { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes what an answer tells.</summary>
    public void Learn(string tag, long objectLength)
    {
        Tag = tag;
        Length = Math.Min(Length, objectLength - Offset);
        Head.TrySetResult((objectLength, tag));
    }
}
