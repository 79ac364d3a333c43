namespace CloudBackup;

/// <summary>
/// A failure that a user can act on: a stable id, a category, the thing it is about, and a message that names it and the way out.
/// No message ever holds a secret.
/// </summary>
public sealed class BackupException : Exception
{
    /// <summary>Creates the exception; <see cref="BackupErrors"/> is the only caller, so that id and message stay together.</summary>
    internal BackupException(string errorId, BackupErrorCategory category, string message, object? target = null, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Category = category;
        Target = target;
    }

    /// <summary>Stable and PascalCase, never reworded once shipped.</summary>
    public string ErrorId { get; }

    /// <summary>The kind of trouble.</summary>
    public BackupErrorCategory Category { get; }

    /// <summary>The name, path or object that the failure is about.</summary>
    public object? Target { get; }
}
