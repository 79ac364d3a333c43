namespace CloudBackup.Storage;

/// <summary>What a storage's refusal means. Retry, cleanup and messages look only at this.</summary>
internal enum StorageErrorKind
{
    /// <summary>There is no such object, or the place itself (folder, bucket) is missing.</summary>
    NotFound,

    /// <summary>The rights or credentials do not suffice.</summary>
    AccessDenied,

    /// <summary>There is such an object already, and it was not to be replaced.</summary>
    AlreadyExists,

    /// <summary>The object is shorter than the range that was asked for.</summary>
    InvalidRange,

    /// <summary>No room is left.</summary>
    OutOfSpace,

    /// <summary>The storage asks for fewer or slower requests. Worth a retry, later.</summary>
    Throttled,

    /// <summary>A failure that may be gone in a moment. Worth a retry.</summary>
    Transient,

    /// <summary>
    /// The answer is not understood: of another program, cut, or contradicting itself. Worth a second try, but waiting does not help.
    /// </summary>
    Unreadable,

    /// <summary>What was read back is not what was written.</summary>
    Corrupt,

    /// <summary>The settings are wrong: no retry will help.</summary>
    Misconfigured,

    /// <summary>The storage has no such ability after all: take another way.</summary>
    NotSupported,

    /// <summary>Anything else that no retry will help.</summary>
    Other,
}

/// <summary>A storage could not do what it was asked.</summary>
/// <param name="kind">What it means.</param>
/// <param name="path">The object or folder below the site's place; empty for the place itself.</param>
/// <param name="message">One sentence for a person, without secrets.</param>
/// <param name="inner">What the provider threw.</param>
internal sealed class StorageException(StorageErrorKind kind, string path, string message, Exception? inner = null)
    : Exception(message, inner)
{
    private bool _isOfOneRequest;

    /// <summary>What it means.</summary>
    public StorageErrorKind Kind { get; } = kind;

    /// <summary>The object or folder.</summary>
    public string Path { get; } = path;

    /// <summary>How long the storage asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether trying again can help.</summary>
    public bool IsRetriable => Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient or StorageErrorKind.Unreadable;

    /// <summary>Whether the storage may have done what it was asked all the same: its answer got lost, or is not understood.</summary>
    public bool IsOutcomeUnknown => IsRetriable;

    /// <summary>
    /// Whether the storage as a whole does not work now, so that what you ask it next fails too. Not so when it has given up on one request, which it
    /// had tried for as long as that makes sense.
    /// </summary>
    public bool IsOutage => IsRetriable && !_isOfOneRequest;

    /// <summary>There is no such object.</summary>
    public static StorageException Missing(string path) => new(StorageErrorKind.NotFound, path, $"There is no '{path}'.");

    /// <summary>There is such an object already.</summary>
    public static StorageException Exists(string path) => new(StorageErrorKind.AlreadyExists, path, $"There is a '{path}' already.");

    /// <summary>The same failure, of one request while others may succeed.</summary>
    public StorageException OfOneRequest() => new(Kind, Path, Message, InnerException) { RetryAfter = RetryAfter, _isOfOneRequest = true };
}
