using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CloudBackup.Loader;

/// <summary>
/// Loads the module's assemblies and everything they depend on from the module's own folder, into a context of their own: another module
/// may bring other versions of the same libraries. This assembly is all of CloudBackup that enters the default context.
/// </summary>
public sealed class ModuleContext : AssemblyLoadContext
{
    private static readonly ConcurrentDictionary<string, ModuleContext> Contexts = new(StringComparer.Ordinal);

    private readonly string _folder;

    private ModuleContext(string folder)
        : base($"CloudBackup ({folder})") => _folder = folder;

    /// <summary>
    /// Loads an assembly of the module; the same one each time, so that all runspaces of a process share types.
    /// </summary>
    /// <param name="folder">The folder with the module's assemblies.</param>
    /// <param name="name">The assembly's name, without extension.</param>
    /// <exception cref="FileNotFoundException">The folder does not hold it.</exception>
    public static Assembly Load(string folder, string name)
    {
        var context = Contexts.GetOrAdd(Path.GetFullPath(folder), path => new ModuleContext(path));
        return context.LoadFromAssemblyName(new AssemblyName(name));
    }

    /// <summary>What the folder does not hold comes from the default context: the runtime and PowerShell itself.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        var path = Path.Join(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <summary>Native libraries lie where NuGet packages have them: <c>runtimes/RID/native</c>.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (var system in SystemNames())
        {
            foreach (var file in new[] { $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib", $"{unmanagedDllName}.dll", unmanagedDllName })
            {
                var path = Path.Join(_folder, "runtimes", system, "native", file);
                if (File.Exists(path))
                {
                    return LoadUnmanagedDllFromPath(path);
                }
            }
        }
        return nint.Zero;
    }

    private static IEnumerable<string> SystemNames()
    {
        yield return RuntimeInformation.RuntimeIdentifier;
#pragma warning disable CA1308 // runtime identifiers are lower case
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        if (OperatingSystem.IsWindows())
        {
            yield return $"win-{architecture}";
        }
        else if (OperatingSystem.IsMacOS())
        {
            yield return $"osx-{architecture}";
        }
        else
        {
            var isMusl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
            yield return isMusl ? $"linux-musl-{architecture}" : $"linux-{architecture}";
        }
    }
}
