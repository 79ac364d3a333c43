using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace CloudBackup.Host;

/// <summary>The PowerShell engine's view of this program.</summary>
internal sealed class ConsoleHost : PSHost
{
    private readonly ConsoleUserInterface _ui = new();

    /// <summary>What is written where.</summary>
    public ConsoleUserInterface Screen => _ui;

    /// <summary>The exit code that a script asked for; null when none did.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = new("0f3f4a52-6a0c-4a8e-8c7a-6c2f1a9e5d10");

    /// <inheritdoc/>
    public override string Name => "cloudbackup";

    /// <inheritdoc/>
    public override Version Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!;

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _ui;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no prompt.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no prompt.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }
}
