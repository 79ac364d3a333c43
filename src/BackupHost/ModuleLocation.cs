using System.Reflection;

namespace CloudBackup.Host;

/// <summary>The module is nowhere to be found.</summary>
internal sealed class ModuleNotFoundException(string message) : Exception(message);

/// <summary>Finds the built module.</summary>
internal static class ModuleLocation
{
    private const string Manifest = "CloudBackup.psd1";

    /// <summary>The module's manifest: where CLOUDBACKUP_MODULE says, beside the program, or where the build put it.</summary>
    /// <exception cref="ModuleNotFoundException">It is at none of these places.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("CLOUDBACKUP_MODULE") is { Length: > 0 } wanted)
        {
            return In(wanted) ?? throw new ModuleNotFoundException($"CLOUDBACKUP_MODULE says '{wanted}', and there is no {Manifest}.");
        }
        var built = typeof(ModuleLocation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "ModulePath")?.Value;
        return In(AppContext.BaseDirectory) ?? In(Path.Join(AppContext.BaseDirectory, "CloudBackup")) ?? In(built)
            ?? throw new ModuleNotFoundException(
                $"The CloudBackup module is neither beside this program nor at '{built}'. Set CLOUDBACKUP_MODULE to its folder.");
    }

    private static string? In(string? folder)
    {
        var path = Path.Join(folder, Manifest);
        return folder is not null && File.Exists(path) ? path : null;
    }
}
