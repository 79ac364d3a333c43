using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Platform;

/// <summary>
/// Tells one process from all others: its number, when it started, and where numbers mean something (this boot of this machine, or one of its
/// containers). Numbers are used again, so the number alone says nothing.
/// </summary>
/// <param name="Id">The process.</param>
/// <param name="Started">When it started, in ticks of the system's choosing.</param>
/// <param name="Scope">Where both hold.</param>
internal sealed record ProcessIdentity(int Id, long Started, string Scope)
{
    private const int ScopeLength = 16;

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        new(Environment.ProcessId, SystemFacts.StartOf(Environment.ProcessId) ?? 0, ReadScope());

    /// <summary>A process of this machine; null when there is none of the number.</summary>
    public static ProcessIdentity? Of(int id) => SystemFacts.StartOf(id) is { } started ? new ProcessIdentity(id, started, Current.Scope) : null;

    /// <summary>Reads what <see cref="ToString"/> wrote; null when the text is something else.</summary>
    public static ProcessIdentity? TryParse(string text) =>
        text.Split('-') is [var id, var started, { Length: ScopeLength } scope]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new ProcessIdentity(number, start, scope)
            : null;

    /// <summary>Whether the process runs; null when it cannot be seen from here: another boot, container or machine.</summary>
    public bool? IsAlive() => Scope != Current.Scope ? null : SystemFacts.StartOf(Id) == Started;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}-{Started}-{Scope}");

    private static string ReadScope()
    {
        // The line's end belongs to it: processes of earlier versions that still run must be known again.
        var text = SystemFacts.BootId is { } boot ? $"{boot}\n{SystemFacts.ProcessNamespace}" : Environment.MachineName;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..ScopeLength];
    }
}
